import type { AskHttp } from '../runtime/host/ask-http.ts';
import type { Clock } from '../runtime/host/clock.ts';
import type { DnsAnswer, DnsQuestion } from '../runtime/host/dns.ts';
import type { ProgramBuilder } from '../runtime/syscall/program-builder.ts';
import type { EngineProbe, OwnProgram } from './own-program.ts';

/** The machine and who asks, as uname(2), getuid(2) and Node.js tell. */
export interface MachineFacts {
  /** `uname -m`, for example `x86_64`, `aarch64`, `i686`, `armv7l`. */
  readonly hardware: string;
  /** Word size of the user space that berth runs in. */
  readonly wordBits: 32 | 64;
  /** `uname -r`, for example `6.1.0-28-amd64`. */
  readonly release: string;
  /** `uname -n`. */
  readonly hostname: string;
  /** Processors that this process may use (sched_getaffinity(2)). */
  readonly processors: number;
  /** Effective user id. */
  readonly uid: number;
}

/** What is at a path, links followed. */
export type PathKind = 'file' | 'folder' | 'socket' | 'other';

/** Room on the file system that holds a path (statfs(2)). */
export interface FileSystemRoom {
  /** Bytes that an ordinary user may still write. */
  readonly freeBytes: number;
  readonly freeInodes: number;
  /** 0 when the file system makes inodes as it needs them (btrfs). */
  readonly totalInodes: number;
}

/** Read access to the host's files. Whatever is missing is `undefined` or empty; anything else throws. */
export interface HostFiles {
  readText(path: string): Promise<string | undefined>;
  readBytes(path: string): Promise<Uint8Array | undefined>;
  /** Names in a folder, sorted; none for one that may not be listed. */
  list(path: string): Promise<readonly string[]>;
  kind(path: string): Promise<PathKind | undefined>;
  /** Where a symbolic link leads; `undefined` for what is none, or may not be read. */
  link(path: string): Promise<string | undefined>;
  /** SHA-256 of a file, as `sha256:<hex>`, whatever its size. */
  digest(path: string): Promise<string | undefined>;
  room(path: string): Promise<FileSystemRoom>;
}

/** Folders for a probe to work in; a probe removes what it made. */
export interface Scratch {
  /** Makes an empty folder inside `parent`, mode 0700, and returns its path. */
  make(parent: string): Promise<string>;
  remove(path: string): Promise<void>;
}

/** How a command ended. */
interface CommandOutcome {
  /** 127 when there is no such program, 128 + n when signal n ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr?: string;
}

/** Runs a command that only reads. Does not throw when it fails. `timeoutMs` ends one that hangs. */
type CommandRunner = (
  command: string,
  args: readonly string[],
  options: { readonly timeoutMs: number },
) => Promise<CommandOutcome>;

/**
 * Runs syscall programs, each in a process of its own that ends with it, and all that it made in namespaces of its
 * own. Rejects with SYSCALL_FAILED, naming the step, when one fails.
 */
interface ProgramRunner {
  run(
    program: ProgramBuilder,
    options: { readonly timeoutMs: number },
  ): Promise<{ readonly data: Uint8Array }>;
}

/** All that a check may look at. Tests feed it an old kernel or a 32-bit system as plain data. */
export interface CheckContext {
  readonly machine: MachineFacts;
  readonly files: HostFiles;
  readonly scratch: Scratch;
  readonly run: CommandRunner;
  /** How long a name server may take to answer before it counts as dead. */
  readonly dnsTimeoutMs: number;
  readonly askDns: (question: DnsQuestion) => Promise<DnsAnswer>;
  readonly askHttp: AskHttp;
  /** Variables that berth was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether anybody accepts connections at a unix socket. */
  readonly isListening: (socketPath: string) => Promise<boolean>;
  readonly programs: ProgramRunner;
  readonly clock: Clock;
  /** Where berth keeps or will keep images and containers, for example `/var/lib/berth`. */
  readonly dataRoot: string;
  /** Where berthd listens or will listen, for example `/run/berth/berth.sock`. */
  readonly apiSocket: string;
  /** berth itself, as it is installed here. */
  readonly program: OwnProgram;
  /** The engine of this host; absent where it is yet to be started, as in `berth up`. */
  readonly engine?: EngineProbe;
  /** Whether what comes next has to download something: without it, a network that is down is no failure. */
  readonly download: 'needed' | 'none';
  /** Aborted when nobody waits for the result any more. */
  readonly signal?: AbortSignal;
}
