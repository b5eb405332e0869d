import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SigningKey } from './signing-key.ts';
import { removeTree } from '../remove-tree.ts';

/** How an rpm repository is to be. */
export interface RpmRepositorySpec {
  /** Made if it is missing; the repository is `linux/centos/9/x86_64/stable` below it. */
  readonly folder: string;
  /** Signs the packages; none: they are not signed. */
  readonly packageKey: SigningKey | undefined;
  /** What is served as `gpg`. */
  readonly publicKey: Buffer;
}

/** Makes a docker-ce repository for rpm with rpmbuild(8), rpmsign(8) and createrepo_c(8). Returns its folder. */
export function makeRpmRepository({ folder, packageKey, publicKey }: RpmRepositorySpec): string {
  const base = join(folder, 'linux/centos/9/x86_64/stable');
  mkdirSync(join(base, 'Packages'), { recursive: true });
  writeFileSync(join(folder, 'linux/centos/gpg'), publicKey);
  const build = join(folder, 'build');
  mkdirSync(build);
  writeFileSync(join(build, 'data'), randomBytes(200_000));
  writeFileSync(
    join(build, 'a.spec'),
    [
      'Name: docker-ce-cli',
      'Epoch: 1',
      'Version: 28.5.2',
      'Release: 1.el9',
      'Summary: test',
      'License: none',
      '%description',
      'test',
      '%install',
      `install -D ${build}/data %{buildroot}/opt/data`,
      '%files',
      '/opt/data',
    ].join('\n'),
  );
  const defines = [`_topdir ${build}`, '_build_id_links none', 'debug_package %{nil}'];
  execFileSync(
    'rpmbuild',
    [
      ...['--quiet', '-bb', '--target', 'x86_64', '--nodeps'],
      ...defines.flatMap((each) => ['--define', each]),
      join(build, 'a.spec'),
    ],
    { stdio: 'pipe' },
  );
  const built = join(build, 'RPMS/x86_64');
  for (const name of readdirSync(built)) {
    packageKey?.signRpm(join(built, name));
    renameSync(join(built, name), join(base, 'Packages', name));
  }
  execFileSync('createrepo_c', ['--quiet', base], { stdio: 'pipe' });
  removeTree(build);
  return base;
}
