import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../../support/remove-tree.ts';

const script = 'for file in subuid subgid; do mount --bind "$1" /etc/$file; done; echo; exec cat';

/** A mount namespace with other subordinate ids in /etc (subuid(5)) than this machine has, for as long as it is not closed. */
export class SubordinateIds {
  readonly #folder = mkdtempSync(join(tmpdir(), 'berth-subids-'));
  readonly #keeper: ChildProcess;

  private constructor(text: string) {
    const file = join(this.#folder, 'ids');
    writeFileSync(file, text);
    const args = ['--mount', 'sh', '-ec', script, 'sh', file];
    this.#keeper = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  /** @param text of both files, such as `dockremap:200000:65536` */
  static async make(text: string): Promise<SubordinateIds> {
    const made = new SubordinateIds(`${text}\n`);
    await once(made.#keeper.stdout ?? process.stdin, 'data');
    return made;
  }

  /** Of a process in it, in /proc. */
  get process(): string {
    return `/proc/${this.#keeper.pid}`;
  }

  async close(): Promise<void> {
    this.#keeper.stdin?.end();
    if (this.#keeper.exitCode === null) await once(this.#keeper, 'exit');
    removeTree(this.#folder);
  }
}
