import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeEmptyCgroups } from '../container/empty-cgroups.ts';
import { packedBerthd } from '../scripts/support/packed-checkout.ts';
import { until } from '../scripts/support/until.ts';
import { removeTree } from '../../support/remove-tree.ts';

/** A line of the daemon's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** What a command printed and how it ended. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** berthd as a process of its own, with a daemon.json that a test writes, and writes again. */
export class ConfiguredBerthd {
  readonly root = mkdtempSync(join(tmpdir(), 'berth-config-'));
  readonly #enter: readonly string[];
  #child: ChildProcess | undefined;
  #said = '';

  /** @param enter a command before berthd's own that becomes it, such as nsenter(1) with its options */
  constructor(enter: readonly string[] = []) {
    this.#enter = enter;
  }

  /** Starts berthd on these keys, beside folders and a socket of its own. */
  static async start(keys: object, flags: readonly string[] = []): Promise<ConfiguredBerthd> {
    const berthd = new ConfiguredBerthd();
    berthd.write(keys);
    await berthd.run(flags);
    return berthd;
  }

  get socket(): string {
    return join(this.root, 'api.sock');
  }

  get configPath(): string {
    return join(this.root, 'daemon.json');
  }

  get log(): readonly LogLine[] {
    const whole = this.#said.split('\n').filter((line) => line.startsWith('{'));
    return whole.map((line) => JSON.parse(line) as LogLine);
  }

  /** Writes daemon.json. */
  write(keys: object | string): void {
    const own = {
      'data-root': join(this.root, 'data'),
      'exec-root': join(this.root, 'run'),
      hosts: [`unix://${this.socket}`],
      group: 'root',
      // The machine's own network stays as it is.
      bridge: 'none',
    };
    const text = typeof keys === 'string' ? keys : JSON.stringify({ ...own, ...keys }, null, 1);
    writeFileSync(this.configPath, text);
  }

  /** Starts berthd, and waits until it is ready. */
  async run(flags: readonly string[] = []): Promise<void> {
    const args = [...(await packedBerthd()), '--config', this.configPath, ...flags];
    const [first = '', ...rest] = [...this.#enter, process.execPath, ...args];
    const before = this.log.length;
    this.#child = spawn(first, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
    // Where the processor is busy a start takes many times the second that it takes otherwise.
    await this.logged('berthd is ready', before, 60_000);
  }

  /** Waits for a line of the log, of those behind the first `skip`; for ten seconds unless told. */
  logged(message: string, skip = 0, limitMs?: number): Promise<LogLine> {
    const look = (): LogLine | undefined => {
      if (this.#child?.exitCode != null) throw new Error(`berthd ended: ${this.#said}`);
      return this.log.slice(skip).find(({ msg }) => msg === message);
    };
    return until(`"${message}" in the log`, look, limitMs).catch((cause: unknown) => {
      throw new Error(`berthd has said: ${this.#said}`, { cause });
    });
  }

  /** Has the configuration read again, and waits for what berthd says of it. */
  async reload(message: string): Promise<LogLine> {
    const before = this.log.length;
    this.#child?.kill('SIGHUP');
    return this.logged(message, before);
  }

  docker(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.command('docker', args, { DOCKER_HOST: `unix://${this.socket}`, ...env });
  }

  command(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const options = { env: { ...process.env, HOME: this.root, ...env }, timeout: 30_000 };
    return new Promise((resolve) => {
      execFile(name, [...args], options, (error, stdout, stderr) => {
        resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
    });
  }

  /** What `--validate` says of other keys, in a file beside the daemon's. */
  async validate(keys: object): Promise<Ended> {
    const path = join(this.root, 'other.json');
    writeFileSync(path, JSON.stringify(keys));
    const args = [...(await packedBerthd()), '--config', path, '--validate'];
    return this.command(process.execPath, args);
  }

  /** Ends it; what it has made stays. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  /** Ends it and leaves nothing. */
  async stop(): Promise<void> {
    await this.end();
    removeEmptyCgroups();
    removeTree(this.root);
  }
}
