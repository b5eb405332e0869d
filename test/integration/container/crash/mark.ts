import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process that carries a mark. */
export interface OwnProcess {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
}

/** The interface of the host that networks without a bridge are on, and what is at the other end of its wire. */
export const card = { name: 'card0', farEnd: 'wire0' } as const;

/** Makes loopback and the card work, and tells that the namespaces are there. */
const script = [
  ...['eval "$1"', 'ip link set lo up'],
  `ip link add ${card.name} type veth peer name ${card.farEnd}`,
  ...[card.name, card.farEnd].map((name) => `ip link set ${name} up`),
  ...['echo ready', 'exec cat'],
].join(' && ');

/**
 * A host of berthd's own, as far as networks go, which ends with the last process in it. It marks a berthd and all that it starts,
 * but not what is in containers: they have a UTS namespace of their own, as the one thing that launchers and monitors, who start
 * with an empty environment, keep whoever their parent is.
 */
export class Mark {
  /** Keeps the namespaces while no berthd is there. */
  readonly #keeper: ChildProcess;
  readonly #ready: Promise<unknown>;
  readonly #kinds: readonly string[];

  /** @param mounts A command of sh that arranges mounts of its own, which it has then; absent: it has those of the machine. */
  constructor(mounts?: string) {
    this.#kinds = mounts === undefined ? ['uts', 'net'] : ['uts', 'net', 'mnt'];
    const own = mounts === undefined ? [] : ['--mount', '--propagation', 'private'];
    const args = ['--uts', '--net', ...own, 'sh', '-ec', script, 'sh', mounts ?? 'true'];
    // It ends with its input, also when the test is killed.
    this.#keeper = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#ready = new Promise((resolve, reject) => {
      this.#keeper.stdout?.once('data', resolve);
      this.#keeper.once('exit', () => {
        reject(new Error('the namespaces could not be made'));
      });
    });
    this.#ready.catch(() => undefined);
  }

  /** Executes the command behind it with the mark. */
  async command(): Promise<readonly string[]> {
    await this.#ready;
    const options = this.#kinds.map((kind) => {
      const option = kind === 'mnt' ? 'mount' : kind;
      return `--${option}=${this.#namespace(kind)}`;
    });
    return ['nsenter', ...options, '--'];
  }

  /** A file of the kernel's that tells of the host, such as `net/dev`. Only after `command`, as `execute`. */
  read(name: string): string {
    this.#mustBeApart();
    return readFileSync(`/proc/${this.#pid}/${name}`, 'utf8');
  }

  /** What a command prints that is executed where berthd is. @throws its exit status is not 0 */
  execute(...command: readonly string[]): string {
    const [file = '', ...args] = [...this.inNetwork, ...command];
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** A command that executes another one in the host's network, without the mark. */
  get inNetwork(): readonly string[] {
    this.#mustBeApart();
    return ['nsenter', `--net=${this.#namespace('net')}`, '--'];
  }

  /** None before `command`: until then the keeper has the namespaces of the machine, and all that runs there would seem to be berthd's. */
  processes(): readonly OwnProcess[] {
    const ours = namespaceOf(this.#pid);
    if (ours === undefined || ours === namespaceOf(process.pid)) return [];
    return readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .map(Number)
      .filter((pid) => pid !== this.#pid && namespaceOf(pid) === ours)
      .flatMap((pid) => {
        const found = statusOf(pid);
        return found === undefined ? [] : [{ pid, ...found }];
      });
  }

  end(): void {
    this.#keeper.kill('SIGKILL');
  }

  #mustBeApart(): void {
    const ours = namespaceOf(this.#pid);
    if (ours === undefined || ours === namespaceOf(process.pid))
      throw new Error('there is no host yet: that would be the machine');
  }

  #namespace(kind: string): string {
    return `/proc/${this.#pid}/ns/${kind}`;
  }

  get #pid(): number {
    return this.#keeper.pid ?? 0;
  }
}

/** None: it has ended. */
function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/uts`);
  } catch {
    return undefined;
  }
}

/** None: it has ended, and perhaps waits for its parent to know of it. */
function statusOf(pid: number): Omit<OwnProcess, 'pid'> | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    if (/^State:\t[ZX]/m.test(status)) return undefined;
    const [, name = ''] = /^Name:\t(.*)$/m.exec(status) ?? [];
    return { name, parent: Number(/^PPid:\t(\d+)/m.exec(status)?.[1]) };
  } catch {
    return undefined;
  }
}
