import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { removeTree } from '../../support/remove-tree.ts';

/** A folder on a file system of its own that is soon full. */
export class SmallDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'berth-small-disk-'));
  readonly #readOnly: string[] = [];

  /** @param options of tmpfs(5), such as `size=64m` */
  constructor(options: string) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', this.folder]);
  }

  /** Takes the last byte. */
  fill(): void {
    const path = join(this.folder, 'filler');
    for (const bytes of [65536, 1])
      until('ENOSPC', () => {
        writeFileSync(path, new Uint8Array(bytes), { flag: 'a' });
      });
  }

  /** Takes the last inode: no file can be made. */
  fillInodes(): void {
    const folder = join(this.folder, 'fillers');
    let number = 0;
    mkdirSync(folder, { recursive: true });
    until('ENOSPC', () => {
      writeFileSync(join(folder, String((number += 1))), '');
    });
  }

  /** Gives all of that back. */
  empty(): void {
    rmSync(join(this.folder, 'filler'), { force: true });
    removeTree(join(this.folder, 'fillers'));
  }

  /** Lets nobody change anything in one of its folders. */
  makeReadOnly(name: string): void {
    const path = join(this.folder, name);
    execFileSync('mount', ['--bind', path, path]);
    this.#readOnly.push(path);
    execFileSync('mount', ['-o', 'remount,bind,ro', path]);
  }

  /** As before. */
  makeWritable(): void {
    for (const path of this.#readOnly.splice(0)) execFileSync('umount', [path]);
  }

  /** Leaves nothing of it. */
  close(): void {
    this.makeWritable();
    execFileSync('umount', ['--lazy', this.folder]);
    removeTree(this.folder);
  }
}

/** Does something again and again, until the kernel says this errno. */
function until(errno: string, action: () => void): void {
  for (;;) {
    try {
      action();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === errno) return;
      throw error;
    }
  }
}
