import type {
  CheckContext,
  FileSystemRoom,
  MachineFacts,
  PathKind,
} from '../../../checks/context.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { Clock } from '../../../runtime/host/clock.ts';
import type { DnsAnswer } from '../../../runtime/host/dns.ts';
import type { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';

/** What is on the host of a test: text makes a file; bytes too; the words in braces make what they say. */
type FakeEntry = string | Uint8Array | { readonly kind: Exclude<PathKind, 'file'> };

/** A host as plain data. What is left out is that of a good 64-bit host with root. */
export interface FakeHost {
  readonly machine?: Partial<MachineFacts>;
  readonly files?: Readonly<Record<string, FakeEntry>>;
  readonly room?: FileSystemRoom;
  /** Answers by server. */
  readonly dns?: Readonly<Record<string, DnsAnswer>>;
  /** Output of commands by name; others are not installed. */
  readonly commands?: Readonly<Record<string, string>>;
  readonly listening?: readonly string[];
  /** What a syscall program gives: its replies, or throws. All succeed without replies when absent. */
  readonly program?: (program: ProgramBuilder) => Uint8Array;
  readonly clock?: Clock;
  readonly dataRoot?: string;
  readonly apiSocket?: string;
  readonly download?: CheckContext['download'];
}

/** The context that such a host gives. */
export function fakeContext(host: FakeHost = {}): CheckContext {
  return {
    machine: {
      hardware: 'x86_64',
      wordBits: 64,
      release: '6.1.0-28-amd64',
      uid: 0,
      ...host.machine,
    },
    files: fakeFiles(host),
    scratch: {
      make: (parent) => Promise.resolve(`${parent}/scratch`),
      remove: () => Promise.resolve(),
    },
    run: (command) => {
      const stdout = host.commands?.[command];
      return Promise.resolve({ exitCode: stdout === undefined ? 127 : 0, stdout: stdout ?? '' });
    },
    dnsTimeoutMs: 4000,
    askDns: ({ server }) =>
      Promise.resolve(host.dns?.[server] ?? { kind: 'error', code: 'ETIMEOUT', elapsedMs: 4000 }),
    isListening: (path) => Promise.resolve(host.listening?.includes(path) ?? false),
    programs: {
      // Inside `then`, so that what it throws becomes a rejection, as the launcher's are.
      run: (program) =>
        Promise.resolve().then(() => ({ data: host.program?.(program) ?? new Uint8Array() })),
    },
    clock: host.clock ?? stoppedClock,
    dataRoot: host.dataRoot ?? '/var/lib/berth',
    apiSocket: host.apiSocket ?? '/run/berth/berth.sock',
    download: host.download ?? 'none',
  };
}

/** The kernel refuses a step: what the launcher throws then. */
export function refusal(step: string, errno: string): BerthError {
  return new BerthError('SYSCALL_FAILED', {
    message: `${step}: ${errno}`,
    details: { program: 'test', step, call: 'unknown', errno },
  });
}

/** Time that stands still, with timers that never end. */
const stoppedClock: Clock = {
  now: () => 0,
  sleep: (_ms, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    }),
};

function fakeFiles({ files = {}, room }: FakeHost): CheckContext['files'] {
  const textOf = (path: string): string | undefined => {
    const entry = files[path];
    return typeof entry === 'string' ? entry : undefined;
  };
  const kindOf = (path: string): PathKind | undefined => {
    const entry = files[path];
    if (entry === undefined) {
      const below = path === '/' ? '/' : `${path}/`;
      return Object.keys(files).some((name) => name.startsWith(below)) ? 'folder' : undefined;
    }
    return typeof entry === 'string' || entry instanceof Uint8Array ? 'file' : entry.kind;
  };
  return {
    readText: (path) => Promise.resolve(textOf(path)),
    readBytes: (path) => {
      const entry = files[path];
      return Promise.resolve(entry instanceof Uint8Array ? entry : undefined);
    },
    list: (path) => {
      const names = Object.keys(files)
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1).split('/')[0] ?? '');
      return Promise.resolve([...new Set(names)].sort());
    },
    kind: (path) => Promise.resolve(kindOf(path)),
    room: () =>
      Promise.resolve(room ?? { freeBytes: 50e9, freeInodes: 3_000_000, totalInodes: 6_000_000 }),
  };
}
