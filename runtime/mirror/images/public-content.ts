import type { Digest } from '../../image/digest.ts';
import { nameOf } from '../request/repository-name.ts';
import type { RepositoryName } from '../request/repository-name.ts';

/** So much is remembered; the oldest goes first. */
const mostEntries = 100_000;

/** What a registry has given without credentials under a repository's name: anybody may have it. */
export class PublicContent {
  readonly #known = new Set<string>();

  add(name: RepositoryName, digest: Digest): void {
    const key = `${nameOf(name)}@${digest}`;
    this.#known.delete(key);
    this.#known.add(key);
    if (this.#known.size <= mostEntries) return;
    for (const oldest of this.#known) {
      this.#known.delete(oldest);
      return;
    }
  }

  has(name: RepositoryName, digest: Digest): boolean {
    return this.#known.has(`${nameOf(name)}@${digest}`);
  }
}
