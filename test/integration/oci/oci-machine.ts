import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { defaultConfig } from '../../../runtime/oci/default-config.ts';
import type { SpecInput } from '../../../runtime/spec/spec.ts';
import { removeTree } from '../../support/remove-tree.ts';
import { packedCheckout } from '../scripts/support/packed-checkout.ts';

/** How a command ended. */
export interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Parts of a config that a test changes; those of process and linux are merged. */
export interface ConfigChange {
  readonly process?: Partial<SpecInput['process']>;
  readonly linux?: Partial<NonNullable<SpecInput['linux']>>;
  readonly hooks?: SpecInput['hooks'];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The words that run `berth oci` of this checkout. */
export const ociProgram: readonly [string, ...string[]] = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  join(import.meta.dirname, '../../../scripts/main.ts'),
  'oci',
];

/** The same of a packed checkout, which takes less than half of the processor time: these tests run it by the hundred. */
const packedOciProgram = [
  ...ociProgram.slice(0, 2),
  join(await packedCheckout(), 'scripts/oci.ts'),
];

/** A folder with a bundle of busybox and a --root of its own, and `berth oci` on it. */
export class OciMachine {
  readonly folder = mkdtempSync(join(tmpdir(), 'berth-oci-'));
  readonly root = join(this.folder, 'root');
  readonly bundle = join(this.folder, 'bundle');
  readonly rootfs = join(this.bundle, 'rootfs');
  readonly #under: readonly string[];
  #number = 0;

  /** @param options `under`: words that commands are run with, such as those of unshare(1). */
  constructor({ under = [] }: { readonly under?: readonly string[] } = {}) {
    this.#under = under;
    mkdirSync(join(this.rootfs, 'bin'), { recursive: true });
    cpSync('/bin/busybox', join(this.rootfs, 'bin/busybox'));
    spawnSync('chroot', [this.rootfs, '/bin/busybox', '--install', '-s', '/bin']);
  }

  /** Removes what a test has left, and the folder. */
  dispose(): void {
    const left = existsSync(this.root) ? readdirSync(this.root) : [];
    for (const id of left) this.run('delete', '-f', id);
    removeTree(this.folder);
  }

  /** An id that nobody else on the machine has. */
  id(): string {
    this.#number += 1;
    return `oci-test-${process.pid}-${this.#number}`;
  }

  /** Writes the bundle's config: a program without a terminal, but for the changes. */
  config(args: readonly string[], change: ConfigChange = {}): void {
    const config = defaultConfig({ cgroup: 'v1' });
    const changed = {
      ...config,
      root: { path: 'rootfs' },
      process: { ...config.process, terminal: false, args, ...change.process },
      linux: { ...config.linux, ...change.linux },
      ...(change.hooks && { hooks: change.hooks }),
      ...(change.annotations && { annotations: change.annotations }),
    };
    writeFileSync(join(this.bundle, 'config.json'), JSON.stringify(changed));
  }

  /** The words of a command on this root. */
  command(...args: readonly string[]): readonly [string, ...string[]] {
    const [program, ...words] = [
      ...this.#under,
      ...packedOciProgram,
      ...['--root', this.root],
      ...args,
    ];
    return [program ?? '', ...words];
  }

  /** Runs a command in the bundle to its end. */
  run(...args: readonly string[]): Said {
    return this.runWith('', ...args);
  }

  /** The same, with a standard input. */
  runWith(input: string, ...args: readonly string[]): Said {
    const [program, ...words] = this.command(...args);
    const options = { cwd: this.bundle, encoding: 'utf8', input, timeout: 60_000 } as const;
    const { status, stdout, stderr } = spawnSync(program, words, options);
    return { status, stdout, stderr };
  }

  /** Runs a command that is to succeed without a word of complaint; gives what it printed. */
  ok(...args: readonly string[]): string {
    const { status, stdout, stderr } = this.run(...args);
    expect({ status, stderr }, args.join(' ')).toEqual({ status: 0, stderr: '' });
    return stdout;
  }

  /** Makes a container that waits for its start. It keeps its streams, so they are not those of a pipe. */
  create(id: string, ...options: readonly string[]): void {
    this.#quietly('create', ...options, id);
  }

  /** Starts one that goes on. */
  detached(id: string, ...options: readonly string[]): void {
    this.#quietly('run', '-d', ...options, id);
  }

  #quietly(...args: readonly string[]): void {
    const log = join(this.folder, 'log');
    const [program, ...words] = this.command('--log', log, ...args);
    const options = { cwd: this.bundle, stdio: 'ignore', timeout: 60_000 } as const;
    if (spawnSync(program, words, options).status !== 0) throw new Error(readFileSync(log, 'utf8'));
  }

  /** Runs a command several times at once; gives the statuses, sorted. */
  async atOnce(count: number, ...args: readonly string[]): Promise<readonly unknown[]> {
    const [program, ...words] = this.command(...args);
    const ends = Array.from(
      { length: count },
      () =>
        new Promise((resolve) => {
          spawn(program, words, { cwd: this.bundle, stdio: 'ignore' }).once('exit', resolve);
        }),
    );
    return (await Promise.all(ends)).toSorted();
  }

  /** The state of a container. */
  state(id: string): Readonly<Record<string, unknown>> {
    return JSON.parse(this.ok('state', id)) as Readonly<Record<string, unknown>>;
  }

  /** Resolves when the container has this status. */
  async reaches(id: string, status: string): Promise<void> {
    await expect.poll(() => this.state(id)['status'], { timeout: 20_000 }).toBe(status);
  }

  /** Resolves when a file of the root file system has this text in it. */
  async says(file: string, text: string): Promise<void> {
    const path = join(this.rootfs, file);
    const said = (): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
    await expect.poll(said, { timeout: 20_000 }).toContain(text);
  }

  /** Expects that nothing is left of a container: no folder, no cgroup, no mount. */
  gone(id: string): void {
    expect(globSync(`/sys/fs/cgroup/{,*/}berth/${id}`)).toEqual([]);
    expect(globSync(`${this.root}/${id}*`)).toEqual([]);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(`${this.root}/${id}`);
  }
}
