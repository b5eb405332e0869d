import { basename, join } from 'node:path';

import { listFolder } from '../../host/files.ts';
import { makeFolders } from '../../host/make-folders.ts';
import { randomId } from '../../host/random-id.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { ProgramRunner } from '../../syscall/run-image.ts';
import { makeNamespace, releaseNamespace } from '../namespaces/network-namespace.ts';

/** How many are made before somebody wants one. */
const wantedReady = 4;

/**
 * Network namespaces that are ready before a container wants one: to make one takes the kernel longer than all that is then done in
 * it. A berthd that is killed leaves them; the next one removes what no sandbox has.
 */
export class NamespacePool {
  readonly #runner: ProgramRunner;
  readonly #folder: string;
  readonly #report: (problem: unknown) => void;
  readonly #ready: string[] = [];
  /** Those of this berthd. */
  readonly #made = new Set<string>();
  #filling: Promise<void> | undefined;
  #isClosed = false;

  /** @param options `folder`: where their mounts are, such as `/run/berth/netns` */
  constructor(options: {
    readonly runner: ProgramRunner;
    readonly folder: string;
    readonly report: (problem: unknown) => void;
  }) {
    this.#runner = options.runner;
    this.#folder = options.folder;
    this.#report = options.report;
  }

  /** Removes those of an earlier berthd that nobody has. @param kept gives the paths of those that somebody has */
  async sweep(kept: () => ReadonlySet<string>): Promise<void> {
    await makeFolders(this.#folder, 0o755);
    const found = (await listFolder(this.#folder)).map((name) => join(this.#folder, name));
    const held = kept();
    const mine = found.filter(
      (path) => !held.has(path) && !this.#made.has(path) && /^[0-9a-f]{12}$/.test(basename(path)),
    );
    if (mine.length > 0) await this.release(mine);
  }

  /** One with nothing but loopback. It is the caller's, who releases it. @throws SYSCALL_FAILED */
  async take(): Promise<string> {
    return this.#ready.pop() ?? this.#make();
  }

  /** Makes some more, for those who come next. Nobody waits for that. */
  refill(): void {
    if (this.#isClosed) return;
    this.#filling ??= this.#fill()
      .catch(this.#report)
      .finally(() => {
        this.#filling = undefined;
      });
  }

  /** Lets go of namespaces: each ends with the last process in it. */
  async release(paths: readonly string[]): Promise<void> {
    const p = new ProgramBuilder('release network namespaces');
    for (const path of paths) {
      releaseNamespace(p, path);
      this.#made.delete(path);
    }
    await this.#runner.run(p);
  }

  /** Makes no more, and removes those that nobody has. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#filling;
    if (this.#ready.length > 0) await this.release(this.#ready.splice(0));
  }

  async #fill(): Promise<void> {
    while (!this.#isClosed && this.#ready.length < wantedReady)
      this.#ready.push(await this.#make());
  }

  async #make(): Promise<string> {
    const path = join(this.#folder, randomId().slice(0, 12));
    this.#made.add(path);
    const p = new ProgramBuilder('make a network namespace');
    makeNamespace(p, path);
    await this.#runner.run(p);
    return path;
  }
}
