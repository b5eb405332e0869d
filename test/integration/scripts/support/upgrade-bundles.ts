import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sharedBundle, sharedBundlesFolder, type SharedBundle } from './shared-bundle.ts';

/** A version that comes after any that this checkout is. */
export const newerVersion = '99.0.0';

/** Two versions of berth as real bundles, and what makes broken ones of the second. */
export class UpgradeBundles {
  readonly #old: SharedBundle;
  readonly #newer: SharedBundle;
  /** Of the broken ones. */
  readonly #folder: string;

  private constructor(made: { old: SharedBundle; newer: SharedBundle; folder: string }) {
    this.#old = made.old;
    this.#newer = made.newer;
    this.#folder = made.folder;
  }

  /** Takes some twenty seconds where they have to be made. */
  static async make(): Promise<UpgradeBundles> {
    const old = await sharedBundle();
    const newer = await sharedBundle({ version: newerVersion });
    // Beside the bundle whose files they share.
    const folder = await mkdtemp(join(sharedBundlesFolder, 'altered-'));
    return new UpgradeBundles({ old, newer, folder });
  }

  /** Unpacked bundle of the version that this checkout is. */
  get old(): string {
    return this.#old.unpacked;
  }

  /** Unpacked bundle of the newer version: the same code. */
  get newer(): string {
    return this.#newer.unpacked;
  }

  /** Archive of the same. */
  get newerArchive(): string {
    return this.#newer.archive;
  }

  /** The newer bundle with some files replaced, and a manifest that is right about them. */
  async altered(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const folder = join(this.#folder, name);
    // Links where nothing changes: a bundle has more than a hundred megabytes. What changes is removed, not written to.
    execFileSync('cp', ['-al', this.newer, folder]);
    const manifestPath = join(folder, 'manifest.json');
    const manifest = JSON.parse(await readFile(manifestPath, 'utf8')) as {
      files: Record<string, string>;
      programs: string[];
    };
    for (const [path, content] of Object.entries(files)) {
      const place = join(folder, path);
      await rm(place, { force: true });
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, content, { mode: path.startsWith('bin/') ? 0o755 : 0o644 });
      manifest.files[path] = `sha256:${createHash('sha256').update(content).digest('hex')}`;
      if (path.startsWith('bin/')) manifest.programs.push(path);
    }
    await rm(manifestPath);
    await writeFile(manifestPath, JSON.stringify(manifest));
    return folder;
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
