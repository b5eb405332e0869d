import { basename, join } from 'node:path';

import { isBerthError } from '../../errors/berth-error.ts';
import { diskError } from '../../host/disk-error.ts';
import { listFolder } from '../../host/files.ts';
import { makeFolders } from '../../host/make-folders.ts';
import { randomId } from '../../host/random-id.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { ProgramRunner } from '../../syscall/run-image.ts';
import type { SandboxRecord } from '../model/sandbox-record.ts';
import { makeNamespace, releaseNamespace } from '../namespaces/network-namespace.ts';
import { type IdMaps, makeWithin, makeWithUsers } from '../namespaces/user-namespace.ts';

/** How many of a kind are made before somebody wants one. */
const wantedReady = 4;

/** How long a start is given before others are made. */
const startMs = 50;

/** Whose a network namespace is: its owner is almighty in it. `maps`: a user namespace of its own; `path`: one that is there. */
export type NamespaceUsers = { readonly maps: IdMaps } | { readonly path: string };

/** Where namespaces are kept; `userNamespace`: that of its users, when it was made along with it. */
export type KeptNamespaces = Pick<SandboxRecord, 'namespace' | 'userNamespace'>;

/** Those of one kind. */
interface Kind {
  /** `undefined`: they belong to the host. */
  readonly users: { readonly maps: IdMaps } | undefined;
  readonly ready: KeptNamespaces[];
}

/** What is behind the name of a user namespace's file. */
const userSuffix = '.user';

/**
 * Network namespaces that are ready before a container wants one: to make one takes the kernel longer than all that is then done in
 * it. There are so many of each kind that somebody has wanted. A berthd that is killed leaves them; the next one removes what no
 * sandbox has.
 */
export class NamespacePool {
  readonly #runner: ProgramRunner;
  readonly #folder: string;
  readonly #report: (problem: unknown) => void;
  /** By their ids. */
  readonly #kinds = new Map<string, Kind>();
  /** Those of this berthd. */
  readonly #made = new Set<string>();
  #filling: Promise<void> | undefined;
  #due: NodeJS.Timeout | undefined;
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

  /** Removes those of an earlier berthd that nobody has. @param kept gives those that somebody has */
  async sweep(kept: () => readonly KeptNamespaces[]): Promise<void> {
    await makeFolders(this.#folder, 0o755);
    const found = (await listFolder(this.#folder)).map((name) => join(this.#folder, name));
    const held = new Set(kept().flatMap(pathsOf));
    const mine = found.filter(
      (path) =>
        !held.has(path) &&
        !this.#made.has(path) &&
        /^[0-9a-f]{12}(?:\.user)?$/.test(basename(path)),
    );
    if (mine.length > 0) await this.#release(mine);
  }

  /**
   * One with nothing but loopback. It is the caller's, who releases it.
   * @param users absent: those of the host
   * @throws SYSCALL_FAILED
   */
  async take(users?: NamespaceUsers): Promise<KeptNamespaces> {
    if (users !== undefined && 'path' in users) return this.#make(users);
    return this.#kindOf(users).ready.pop() ?? this.#make(users);
  }

  /**
   * Makes some more, for those who come next. Nobody waits for that, and it does not begin at once: who has taken one is about to
   * start a container, and both would wait for the same locks of the kernel.
   */
  refill(): void {
    if (this.#isClosed || this.#filling !== undefined) return;
    this.#due ??= setTimeout(() => {
      this.#due = undefined;
      this.#filling = this.#fill()
        .catch(this.#report)
        .finally(() => {
          this.#filling = undefined;
        });
    }, startMs).unref();
  }

  /** Lets go of namespaces: each ends with the last process in it. */
  release(kept: readonly KeptNamespaces[]): Promise<void> {
    return this.#release(kept.flatMap(pathsOf));
  }

  /** Makes no more, and removes those that nobody has. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#due);
    await this.#filling;
    const left = [...this.#kinds.values()].flatMap(({ ready }) => ready.splice(0));
    if (left.length > 0) await this.release(left);
  }

  #kindOf(users: Kind['users']): Kind {
    const key = users === undefined ? '' : JSON.stringify([users.maps.uids, users.maps.gids]);
    const kind = this.#kinds.get(key) ?? { users, ready: [] };
    this.#kinds.set(key, kind);
    return kind;
  }

  async #fill(): Promise<void> {
    for (const { users, ready } of this.#kinds.values())
      while (!this.#isClosed && ready.length < wantedReady) ready.push(await this.#make(users));
  }

  async #make(users: NamespaceUsers | undefined): Promise<KeptNamespaces> {
    const namespace = join(this.#folder, randomId().slice(0, 12));
    const hasOwnUsers = users !== undefined && 'maps' in users;
    const kept = { namespace, ...(hasOwnUsers && { userNamespace: namespace + userSuffix }) };
    for (const path of pathsOf(kept)) this.#made.add(path);
    const p = new ProgramBuilder('make a network namespace');
    addSteps(p, namespace, users);
    try {
      await this.#runner.run(p);
    } catch (error) {
      await this.release([kept]).catch(this.#report);
      throw withoutRoom(error, namespace);
    }
    return kept;
  }

  async #release(paths: readonly string[]): Promise<void> {
    const p = new ProgramBuilder('release network namespaces');
    for (const path of paths) {
      releaseNamespace(p, path);
      this.#made.delete(path);
    }
    await this.#runner.run(p);
  }
}

/** All that is kept of them. */
export function pathsOf({ namespace, userNamespace }: KeptNamespaces): readonly string[] {
  return userNamespace === undefined ? [namespace] : [namespace, userNamespace];
}

/** Of a file that cannot be made, what that says; another error as it is, such as one about the limit of namespaces (also ENOSPC). */
function withoutRoom(error: unknown, path: string): unknown {
  if (!isBerthError(error, 'SYSCALL_FAILED') || error.details['call'] !== 'openat') return error;
  return diskError({ errno: String(error.details['errno']), call: 'open', path }, error);
}

function addSteps(p: ProgramBuilder, path: string, users: NamespaceUsers | undefined): void {
  if (users === undefined) makeNamespace(p, path);
  else if ('path' in users) makeWithin(p, { path, userPath: users.path });
  else makeWithUsers(p, { path, userPath: path + userSuffix, ids: users.maps });
}
