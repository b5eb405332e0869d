import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** System calls that change something which outlives berthd, or tell somebody of it. */
const mutating = [
  ...['mkdir', 'mkdirat', 'rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'rmdir'],
  ...['link', 'linkat', 'symlink', 'symlinkat', 'open', 'openat', 'ftruncate', 'truncate'],
  ...['write', 'writev', 'pwrite64', 'pwritev', 'copy_file_range', 'sendfile'],
  ...[
    'fsync',
    'fdatasync',
    'syncfs',
    'chmod',
    'fchmod',
    'fchmodat',
    'chown',
    'fchown',
    'lchown',
    'fchownat',
  ],
  ...[
    'setxattr',
    'lsetxattr',
    'fsetxattr',
    'utimensat',
    'sendto',
    'sendmsg',
    'connect',
    'shutdown',
    'kill',
    'bind',
    'listen',
  ],
];

/** A thread of berthd's: of those for file calls there is one when `UV_THREADPOOL_SIZE` is 1; others come and go. */
export type ThreadRole = 'main' | 'file calls' | 'other';

/** What strace kills at. */
type Counted = Pick<Call, 'name' | 'count'>;

/** One of the calls of a thread. */
export interface Call {
  readonly name: string;
  /** Which of that name, from 1: so strace counts. */
  readonly count: number;
  /** As strace shows it. */
  readonly shown: string;
  readonly thread: number;
}

/**
 * The calls in a log of strace's that change something: those that fail, opening to read and waking another thread do not.
 */
export function callsIn(log: string): readonly Call[] {
  const counts = new Map<string, number>();
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, thread, shown = '', name = ''] = /^(\d+) +((\w+)\(.*)/.exec(line) ?? [];
      if (name === '') return [];
      const counted = `${thread ?? ''} ${name}`;
      const count = (counts.get(counted) ?? 0) + 1;
      counts.set(counted, count);
      return [{ name, count, shown, thread: Number(thread) }];
    })
    .filter(({ shown }) => changesSomething(shown));
}

function changesSomething(call: string): boolean {
  if (call.includes(' = -1 ')) return false;
  if (/^open(?:at)?\(/.test(call)) return /O_CREAT|O_TRUNC/.test(call);
  return !/^\w+\(\d+<(?:anon_inode|pipe):/.test(call);
}

/** The role of a thread. */
export function roleOf(pid: number, thread: number): ThreadRole {
  if (thread === pid) return 'main';
  return thread === fileCallsOf(pid) ? 'file calls' : 'other';
}

function fileCallsOf(pid: number): number {
  const found = readdirSync(`/proc/${pid}/task`).filter((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').startsWith('libuv-worker'),
  );
  if (found.length !== 1) throw new Error(`berthd has ${found.length} threads for file calls`);
  return Number(found[0]);
}

/** strace's arguments. */
function tracing(log: string, killAt?: Counted): readonly string[] {
  const calls = mutating.map((call) => `?${call}`).join(',');
  const kill =
    killAt === undefined ? [] : ['-e', `inject=${killAt.name}:signal=SIGKILL:when=${killAt.count}`];
  return ['-y', '-s', '200', '-o', log, '-e', `trace=${calls}`, ...kill];
}

/** Those that are there and those to come, but not the programs that are executed. */
const everyThread = ['-f', '-b', 'execve'] as const;

/** Runs a program under strace, all of its threads, but not the programs that it runs. */
export function tracedFromStart(log: string, killAt?: Counted): readonly string[] {
  return ['strace', '-D', ...everyThread, ...tracing(log, killAt)];
}

/** strace(1), attached to a thread. */
export class Tracer {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'exit');
  }

  /** Traces every thread. */
  static record(pid: number, log: string): Promise<Tracer> {
    return Tracer.#attach([...everyThread, ...tracing(log), '-p', `${pid}`]);
  }

  /**
   * Kills berthd when it is about to make a call. Where the thread cannot be named beforehand that is the call of that name
   * and number of whichever comes to it first.
   */
  static killAt(pid: number, role: ThreadRole, call: Call): Promise<Tracer> {
    const thread = role === 'file calls' ? fileCallsOf(pid) : pid;
    const which = role === 'other' ? everyThread : [];
    return Tracer.#attach([...which, ...tracing('/dev/null', call), '-p', `${thread}`]);
  }

  static async #attach(args: readonly string[]): Promise<Tracer> {
    const child = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const tracer = new Tracer(child);
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('attached')) resolve();
      });
      child.once('error', reject);
      child.once('exit', () => {
        reject(new Error(`strace: ${said}`));
      });
    });
    return tracer;
  }

  /** Lets the thread go, if it is still there. */
  async detach(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
