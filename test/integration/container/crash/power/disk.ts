import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { until } from '../wait.ts';
import { removeTree } from '../../../../support/remove-tree.ts';

/**
 * What a disk has after a power cut:
 *
 * - `synced`: what was synced, and what the journal wrote down along with it.
 * - `names`: all names, sizes and modes, but nothing of what is in files that were not synced: the journal was just written,
 *   because of anybody's fsync(2), and such files are empty.
 */
export type Cut = 'synced' | 'names';

export const cuts: readonly Cut[] = ['synced', 'names'];

/** Nothing is written before long by the kernel itself, nor for a rename(2). */
const mountOptions = 'loop,noauto_da_alloc,commit=600';

/** A small ext4 in a file, whose power can be cut: only what has left the kernel's cache is in the file. */
export class Disk {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param folder Gets a file system in memory, for the disk and its copies. It is to be there, and empty. */
  static make(folder: string): Disk {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=700', 'berth-disks', folder]);
    const disk = new Disk(folder);
    execFileSync('mkfs.ext4', ['-q', '-F', '-b', '4096', '-N', '8192', disk.#file, '96m']);
    return disk;
  }

  get #file(): string {
    return join(this.#folder, 'disk');
  }

  mount(point: string): void {
    mkdirSync(point, { recursive: true });
    execFileSync('mount', ['-o', mountOptions, this.#file, point]);
    // e2fsck puts there what has lost its name.
    removeTree(join(point, 'lost+found'));
  }

  async unmount(point: string): Promise<void> {
    execFileSync('umount', ['--lazy', point]);
    await until(
      () => execFileSync('losetup', ['--associated', this.#file], { encoding: 'utf8' }),
      (devices) => devices === '',
    );
  }

  /** Copies what is on the disk, under a name. */
  keep(name: string): void {
    execFileSync('cp', ['--sparse=always', this.#file, join(this.#folder, name)]);
  }

  /** Makes it what was copied, as a machine does when it has power again. It is not to be mounted. */
  restore(name: string): void {
    rmSync(this.#file);
    execFileSync('cp', ['--sparse=always', join(this.#folder, name), this.#file]);
    const { status, stdout } = spawnSync('e2fsck', ['-fy', this.#file], { encoding: 'utf8' });
    if (status === null || status > 1) throw new Error(`e2fsck: ${status ?? ''} ${stdout}`);
  }

  /** Brings the journal to the disk, as a sync of anything does. */
  commit(point: string): void {
    const folder = join(point, 'anything');
    mkdirSync(folder);
    rmdirSync(folder);
    execFileSync('sync', [point]);
  }

  /** Brings all of it to the disk. */
  sync(point: string): void {
    execFileSync('sync', ['--file-system', point]);
  }

  destroy(): void {
    execFileSync('umount', ['--lazy', this.#folder]);
  }
}
