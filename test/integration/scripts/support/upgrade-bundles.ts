import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unpackBundle } from '../../../../scripts/bundle/unpack-bundle.ts';

const repository = fileURLToPath(new URL('../../../..', import.meta.url));

/** Two versions of berth as real bundles, and what makes broken ones of the second. */
export class UpgradeBundles {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes both. Takes some twenty seconds. */
  static async make(): Promise<UpgradeBundles> {
    const bundles = new UpgradeBundles(await mkdtemp(join(tmpdir(), 'berth-bundles-')));
    await bundles.#build(repository, 'old');
    await bundles.#build(await bundles.#sourceOf('9.9.9'), 'new');
    return bundles;
  }

  /** Unpacked bundle of the version that this checkout is. */
  get old(): string {
    return join(this.#folder, 'old');
  }

  /** Unpacked bundle of version 9.9.9: the same code. */
  get newer(): string {
    return join(this.#folder, 'new');
  }

  /** Archive of the same. */
  get newerArchive(): string {
    return join(this.#folder, 'new.tar.gz');
  }

  /** The newer bundle with some files replaced, and a manifest that is right about them. */
  async altered(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const folder = join(this.#folder, name);
    // Links where nothing changes: a bundle has more than a hundred megabytes.
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

  async #build(source: string, name: string): Promise<void> {
    const archive = join(this.#folder, `${name}.tar.gz`);
    const main = join(source, 'scripts', 'main.ts');
    const env = { ...process.env, SOURCE_DATE_EPOCH: '1700000000' };
    execFileSync(process.execPath, [main, 'bundle', '--output', archive], { env, stdio: 'pipe' });
    await unpackBundle(archive, join(this.#folder, name));
  }

  /** A copy of the sources that says it is another version. */
  async #sourceOf(version: string): Promise<string> {
    const source = join(this.#folder, 'source');
    await mkdir(source);
    const parts = ['checks', 'messages', 'runtime', 'scripts', 'templates', 'LICENSE'];
    execFileSync('cp', ['-a', ...parts.map((part) => join(repository, part)), source]);
    await symlink(join(repository, 'node_modules'), join(source, 'node_modules'));
    const text = await readFile(join(repository, 'package.json'), 'utf8');
    const changed = text.replace(/"version": "[^"]+"/, `"version": "${version}"`);
    await writeFile(join(source, 'package.json'), changed);
    return source;
  }
}
