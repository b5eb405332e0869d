import { join } from 'node:path';

import { isBerthError } from '../../errors/berth-error.ts';
import { exists, open, orIfMissing, readFile, stat } from '../../host/files.ts';
import { hexOf } from '../../image/digest.ts';
import type { Digest } from '../../image/digest.ts';
import { parseIndexFile } from '../../image/layout-index.ts';
import type { IndexEntry } from '../../image/layout-index.ts';
import { parseManifest } from '../../image/manifest.ts';
import type { Content } from '../cache/content.ts';
import { readAll } from '../cache/content.ts';
import { openVerified } from '../cache/verified-file.ts';
import type { Report } from '../mirror-event.ts';
import type { RepositoryName } from '../request/repository-name.ts';

/** So many files are remembered as verified. */
const mostTrusted = 10_000;

/**
 * The engine's own store of images (an OCI image layout), read only. berthd may write to it meanwhile: blobs appear and go
 * as a whole, and index.json is replaced as a whole.
 */
export class LocalImages {
  readonly #folder: string;
  readonly #report: Report;
  /** Files that this process has verified, with what would tell that they were changed since. */
  readonly #trusted = new Map<Digest, string>();
  #index: { readonly version: string; readonly entries: readonly IndexEntry[] } | undefined;
  readonly #content = new Map<string, ReadonlySet<Digest>>();

  constructor(folder: string, report: Report) {
    this.#folder = folder;
    this.#report = report;
  }

  /** Whether there is a file for this content. */
  async has(digest: Digest): Promise<boolean> {
    return exists(this.#path(digest));
  }

  /** Opens content; `undefined` when it is not here, or is damaged, which is the engine's to mend. */
  async open(digest: Digest): Promise<Content | undefined> {
    const file = await orIfMissing(open(this.#path(digest), 'r'), undefined);
    if (file === undefined) return undefined;
    const { size, mtimeMs, ino } = await file.stat();
    const version = `${ino} ${size} ${mtimeMs}`;
    const trust = this.#trusted.get(digest) === version ? 'trusted' : 'untrusted';
    const onOutcome = (outcome: 'right' | 'wrong'): void => {
      if (outcome === 'right') this.#trust(digest, version);
    };
    try {
      return await openVerified({ file, digest, sizeBytes: size, trust, onOutcome });
    } catch (error) {
      if (!isBerthError(error, 'CONTENT_MISMATCH')) throw error;
      const what = `the engine's store has "${digest}" damaged`;
      const about = { topic: 'store-damaged', subject: digest } as const;
      this.#report({ kind: 'problem', what, error, ...about });
      return undefined;
    }
  }

  /** The manifest that a tag stands for on this host. */
  async resolve(name: RepositoryName, tag: string): Promise<Digest | undefined> {
    const entries = await this.#entriesOf(name);
    return entries.find((entry) => entry.name?.tag === tag)?.descriptor.digest;
  }

  /** Tags of a repository on this host. */
  async tags(name: RepositoryName): Promise<readonly string[]> {
    const entries = await this.#entriesOf(name);
    return entries.flatMap((entry) => (entry.name?.tag === undefined ? [] : [entry.name.tag]));
  }

  /** Whether an image of this repository on this host has this content. */
  async hasFor(name: RepositoryName, digest: Digest): Promise<boolean> {
    const entries = await this.#entriesOf(name);
    const key = `${name.registry}/${name.path}`;
    let content = this.#content.get(key);
    if (content === undefined) {
      const found = new Set<Digest>();
      for (const { descriptor } of entries) await this.#collect(descriptor.digest, found);
      content = found;
      this.#content.set(key, content);
    }
    return content.has(digest);
  }

  #path(digest: Digest): string {
    return join(this.#folder, 'blobs', 'sha256', hexOf(digest));
  }

  #trust(digest: Digest, version: string): void {
    if (this.#trusted.size >= mostTrusted) this.#trusted.clear();
    this.#trusted.set(digest, version);
  }

  async #entriesOf({ registry, path }: RepositoryName): Promise<readonly IndexEntry[]> {
    const entries = await this.#entries();
    return entries.filter(({ name }) => name?.domain === registry && name.path === path);
  }

  async #entries(): Promise<readonly IndexEntry[]> {
    const path = join(this.#folder, 'index.json');
    const status = await orIfMissing(stat(path), undefined);
    if (status === undefined) return [];
    const version = `${status.ino} ${status.size} ${status.mtimeMs}`;
    if (this.#index?.version === version) return this.#index.entries;
    try {
      const text = await readFile(path, 'utf8');
      this.#index = { version, entries: parseIndexFile(text, `"${path}"`) };
    } catch (error) {
      const about = { topic: 'reading', subject: path } as const;
      this.#report({ kind: 'problem', what: `reading "${path}"`, error, ...about });
      this.#index = { version, entries: [] };
    }
    this.#content.clear();
    return this.#index.entries;
  }

  /** Adds a manifest's digest and all that it leads to, as far as it is here. */
  async #collect(digest: Digest, found: Set<Digest>): Promise<void> {
    if (found.has(digest)) return;
    found.add(digest);
    for (const child of await this.#childrenOf(digest)) {
      if (child.kind === 'manifest') await this.#collect(child.digest, found);
      else found.add(child.digest);
    }
  }

  async #childrenOf(digest: Digest): Promise<readonly Child[]> {
    const content = await this.open(digest);
    if (content === undefined) return [];
    try {
      return childrenOf(await readAll(content), digest);
    } catch (error) {
      if (isBerthError(error)) return [];
      throw error;
    }
  }
}

/** What a manifest leads to. */
export interface Child {
  readonly kind: 'manifest' | 'blob';
  readonly digest: Digest;
}

/** What a manifest or an index leads to. @throws MANIFEST_INVALID */
export function childrenOf(bytes: Uint8Array, digest: Digest): readonly Child[] {
  const parsed = parseManifest(bytes, `manifest "${digest}"`);
  if (parsed.kind === 'index')
    return parsed.index.manifests.map((child) => ({ kind: 'manifest', digest: child.digest }));
  const { config, layers } = parsed.manifest;
  return [config, ...layers].map((child) => ({ kind: 'blob', digest: child.digest }));
}
