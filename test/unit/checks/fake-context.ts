import { createHash } from 'node:crypto';
import type {
  CheckContext,
  FileSystemRoom,
  MachineFacts,
  PathKind,
} from '../../../checks/context.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { Clock } from '../../../runtime/host/clock.ts';
import type { EngineProbe, OwnProgram } from '../../../checks/own-program.ts';
import type { HttpAnswer } from '../../../runtime/host/ask-http.ts';
import type { DnsAnswer } from '../../../runtime/host/dns.ts';
import type { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';

/** What is on the host of a test: text makes a file; bytes too; the words in braces make what they say. */
type FakeEntry =
  string | Uint8Array | { readonly kind: Exclude<PathKind, 'file'> } | { readonly link: string };

/** What a command does: what it prints, or how it ends. */
type FakeCommand =
  string | { readonly exitCode: number; readonly stdout?: string; readonly stderr?: string };

/** A host as plain data. What is left out is that of a good 64-bit host with root. */
export interface FakeHost {
  readonly machine?: Partial<MachineFacts>;
  readonly files?: Readonly<Record<string, FakeEntry>>;
  readonly room?: FileSystemRoom;
  /** Answers by server. */
  readonly dns?: Readonly<Record<string, DnsAnswer>>;
  /** Answers of servers by host and port; others are unknown. */
  readonly http?: Readonly<Record<string, HttpAnswer>>;
  /** Commands by name, or by name and arguments, which goes first; others are not installed. */
  readonly commands?: Readonly<Record<string, FakeCommand>>;
  readonly environment?: CheckContext['environment'];
  readonly own?: OwnProgram;
  readonly engine?: EngineProbe;
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
      hostname: 'node-7',
      processors: 2,
      uid: 0,
      ...host.machine,
    },
    files: fakeFiles(host),
    scratch: {
      make: (parent) => Promise.resolve(`${parent}/scratch`),
      remove: () => Promise.resolve(),
    },
    run: (command, args) => {
      const known = host.commands ?? {};
      const found = known[[command, ...args].join(' ')] ?? known[command];
      if (found === undefined) return Promise.resolve({ exitCode: 127, stdout: '' });
      return Promise.resolve(
        typeof found === 'string' ? { exitCode: 0, stdout: found } : { stdout: '', ...found },
      );
    },
    dnsTimeoutMs: 4000,
    askDns: ({ server }) =>
      Promise.resolve(host.dns?.[server] ?? { kind: 'error', code: 'ETIMEOUT', elapsedMs: 4000 }),
    askHttp: ({ url }) =>
      Promise.resolve(
        host.http?.[new URL(url).host] ?? { kind: 'error', code: 'ENOTFOUND', elapsedMs: 3 },
      ),
    environment: host.environment ?? {},
    isListening: (path) => Promise.resolve(host.listening?.includes(path) ?? false),
    programs: {
      // Inside `then`, so that what it throws becomes a rejection, as the launcher's are.
      run: (program) =>
        Promise.resolve().then(() => ({ data: host.program?.(program) ?? new Uint8Array() })),
    },
    clock: host.clock ?? stoppedClock,
    dataRoot: host.dataRoot ?? '/var/lib/berth',
    apiSocket: host.apiSocket ?? '/run/berth/berth.sock',
    program: host.own ?? { kind: 'source', root: '/src', versionCommand: ['berth', '--version'] },
    ...(host.engine === undefined ? {} : { engine: host.engine }),
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
    if (typeof entry === 'string' || entry instanceof Uint8Array) return 'file';
    return 'kind' in entry ? entry.kind : 'other';
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
    link: (path) => {
      const entry = files[path];
      const isLink = typeof entry === 'object' && 'link' in entry;
      return Promise.resolve(isLink ? entry.link : undefined);
    },
    digest: (path) => {
      const text = textOf(path);
      return Promise.resolve(text && `sha256:${createHash('sha256').update(text).digest('hex')}`);
    },
    room: () =>
      Promise.resolve(room ?? { freeBytes: 50e9, freeInodes: 3_000_000, totalInodes: 6_000_000 }),
  };
}
