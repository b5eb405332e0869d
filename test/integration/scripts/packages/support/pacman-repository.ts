import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package of pacman with one small file. */
export interface PacmanPackage {
  readonly name: string;
  readonly version: string;
  /** Further lines of its .PKGINFO, such as `depend = a`. */
  readonly lines?: readonly string[];
}

/** Makes a repository of pacman by the name of `id` in `folder`. */
export async function makePacmanRepository(
  folder: string,
  options: { readonly id: string; readonly packages: readonly PacmanPackage[] },
): Promise<void> {
  for (const { name, version, lines = [] } of options.packages) {
    const tree = await mkdtemp(join(folder, 'tree-'));
    await mkdir(join(tree, 'usr/share/berth-test'), { recursive: true });
    await writeFile(join(tree, 'usr/share/berth-test', name), version);
    const info = [
      ...[`pkgname = ${name}`, `pkgbase = ${name}`, `pkgver = ${version}`, 'pkgdesc = test'],
      ...['url = http://berth.invalid', 'builddate = 1700000000', 'packager = test', 'size = 1'],
      ...['arch = any', ...lines, ''],
    ];
    await writeFile(join(tree, '.PKGINFO'), info.join('\n'));
    const archive = join(folder, `${name}-${version}-any.pkg.tar.gz`);
    execFileSync('tar', ['-czf', archive, '.PKGINFO', 'usr'], { cwd: tree });
    execFileSync('repo-add', ['--quiet', `${options.id}.db.tar.gz`, archive], {
      cwd: folder,
      stdio: 'ignore',
    });
    await rm(tree, { recursive: true });
  }
}
