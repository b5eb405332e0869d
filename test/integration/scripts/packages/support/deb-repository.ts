import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SigningKey } from './signing-key.ts';

/** A Debian package without content. */
export interface DebPackage {
  readonly name: string;
  readonly version: string;
  /** Further fields of its control file, such as `Depends: a`. */
  readonly fields?: readonly string[];
  /** Script that runs before it is unpacked (deb-preinst(5)). */
  readonly preinst?: string;
}

/** Makes a repository of apt below `folder`, signed by `key`, with the suite `stable` and the component `main`. */
export async function makeDebRepository(
  folder: string,
  options: { readonly packages: readonly DebPackage[]; readonly key: SigningKey },
): Promise<void> {
  const pool = join(folder, 'pool');
  const index = join(folder, 'dists/stable/main/binary-amd64');
  await mkdir(pool, { recursive: true });
  await mkdir(index, { recursive: true });
  for (const { name, version, fields = [], preinst } of options.packages) {
    const tree = await mkdtemp(join(folder, 'tree-'));
    await mkdir(join(tree, 'DEBIAN'));
    const control = [
      ...[`Package: ${name}`, `Version: ${version}`, 'Architecture: amd64'],
      ...['Maintainer: Berth Test <test@berth.invalid>', 'Description: test', ...fields, ''],
    ];
    await writeFile(join(tree, 'DEBIAN/control'), control.join('\n'));
    if (preinst !== undefined) {
      await writeFile(join(tree, 'DEBIAN/preinst'), preinst, { mode: 0o755 });
    }
    execFileSync('dpkg-deb', ['--build', '-Znone', tree, pool], { stdio: 'ignore' });
  }
  const run = (...args: readonly string[]): string =>
    execFileSync('apt-ftparchive', args, { cwd: folder, encoding: 'utf8' });
  await writeFile(join(index, 'Packages'), run('packages', 'pool'));
  const settings = ['Suite=stable', 'Codename=stable', 'Components=main', 'Architectures=amd64'];
  const given = settings.flatMap((setting) => ['-o', `APT::FTPArchive::Release::${setting}`]);
  const release = join(folder, 'dists/stable/Release');
  await writeFile(release, run(...given, 'release', 'dists/stable'));
  options.key.gpg(
    '--yes',
    '--clearsign',
    '--output',
    join(folder, 'dists/stable/InRelease'),
    release,
  );
}
