import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { bundleNodeOptions } from '../../../scripts/program/self.ts';
import { packedBerthd } from '../scripts/support/packed-checkout.ts';
import { removeEmptyCgroups } from './empty-cgroups.ts';
import { removeTree } from '../../support/remove-tree.ts';

/** `start/berthd` in an unpacked bundle, to be killed in place of the one of this checkout. */
const bundled = process.env['BERTH_TEST_BERTHD'];

interface StartOptions {
  /** A command that executes the one behind it: a tracer, or one that makes surroundings. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A berthd that is a process of its own, on folders of its own: one that can be killed. */
export class RealBerthd {
  readonly root = mkdtempSync(join(tmpdir(), 'berth-kill-'));
  readonly socket = join(this.root, 'api.sock');
  readonly #keys: object;
  #child: ChildProcess | undefined;
  #said = '';

  /** @param keys of daemon.json; there is no bridge unless they say so */
  constructor(keys: object = { bridge: 'none' }) {
    this.#keys = keys;
  }

  /** What the one that was started last has logged: JSON, a line each. */
  get said(): string {
    return this.#said;
  }

  get #config(): string {
    return join(this.root, 'daemon.json');
  }

  #configure(more: object): void {
    const keys = { 'data-root': join(this.root, 'data'), 'exec-root': join(this.root, 'run') };
    const hosts = [`unix://${this.socket}`];
    writeFileSync(
      this.#config,
      JSON.stringify({ ...keys, hosts, group: 'root', ...this.#keys, ...more }),
    );
  }

  /** Of the one that was started last. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Whether it has not ended. */
  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** Whether SIGKILL has ended it. */
  get wasKilled(): boolean {
    return this.#child?.signalCode === 'SIGKILL';
  }

  /** Resolves when it has ended. */
  async ended(): Promise<void> {
    if (this.#child && this.isRunning) await once(this.#child, 'exit');
  }

  /** Starts it, and waits until it says that it is ready. */
  async start({ under = [], env = {} }: StartOptions = {}): Promise<void> {
    mkdirSync(this.root, { recursive: true });
    this.#configure({});
    const program = bundled === undefined ? await packedBerthd() : [...bundleNodeOptions, bundled];
    const [file, ...args] = [...under, process.execPath, ...program, '--config', this.#config];
    const child = spawn(file, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.#child = child;
    this.#said = '';
    await new Promise<void>((resolve, reject) => {
      // Else all that would be known of one that hangs is that the test took too long.
      const limit = setTimeout(() => {
        reject(new Error(`berthd is not ready: ${this.#said}`));
        child.kill('SIGKILL');
      }, 60_000);
      child.stderr.on('data', (chunk: Buffer) => {
        this.#said += chunk.toString();
        if (!this.#said.includes('berthd is ready')) return;
        clearTimeout(limit);
        resolve();
      });
      // Not before all that it has said is here.
      child.once('close', () => {
        reject(new Error(`berthd ended: ${this.#said}`));
      });
    });
  }

  /** Adds keys to the configuration, and has it read again. */
  reload(more: object): void {
    this.#configure(more);
    this.#child?.kill('SIGHUP');
  }

  /** Ends it; one that has ended already is not ended a second time. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      child.once('exit', () => {
        resolve();
      });
      child.kill(signal);
    });
  }

  /** Ends it, when nothing runs any more, and leaves nothing. */
  async destroy(): Promise<void> {
    await this.end('SIGTERM');
    removeEmptyCgroups();
    removeTree(this.root);
  }

  /** Runs the real `docker` command against it. Gives all that it said. */
  docker(...args: readonly string[]): Promise<string> {
    return new Promise((resolve) => {
      const env = { ...process.env, DOCKER_HOST: `unix://${this.socket}`, HOME: this.root };
      const options = { env, timeout: 20_000, killSignal: 'SIGKILL' } as const;
      execFile('docker', args, options, (_error, stdout, stderr) => {
        resolve(stdout + stderr);
      });
    });
  }
}
