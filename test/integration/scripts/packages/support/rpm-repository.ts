import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SigningKey } from './signing-key.ts';

/** An RPM package without content. */
export interface RpmPackage {
  readonly name: string;
  readonly version: string;
  readonly epoch?: number;
  /** Further lines of its spec file, such as `Requires: a`. */
  readonly lines?: readonly string[];
}

/** Makes a repository of rpm packages, all signed by `key`, in `folder`. */
export async function makeRpmRepository(
  folder: string,
  options: { readonly packages: readonly RpmPackage[]; readonly key: SigningKey },
): Promise<void> {
  const top = await mkdtemp(join(folder, 'build-'));
  await mkdir(join(folder, 'Packages'));
  for (const { name, version, epoch, lines = [] } of options.packages) {
    const spec = [
      ...[`Name: ${name}`, `Version: ${version}`, 'Release: 1', 'Summary: test', 'License: MIT'],
      ...(epoch === undefined ? [] : [`Epoch: ${epoch}`]),
      ...['BuildArch: noarch', ...lines, '%description', 'test', '%files', ''],
    ];
    await writeFile(join(top, 'package.spec'), spec.join('\n'));
    const rpmdir = join(folder, 'Packages');
    const defines = [
      `_topdir ${top}`,
      `_rpmdir ${rpmdir}`,
      '_build_name_fmt %{NAME}-%{VERSION}.rpm',
    ];
    const given = defines.flatMap((define) => ['--define', define]);
    execFileSync('rpmbuild', ['--quiet', '-bb', ...given, join(top, 'package.spec')], {
      stdio: 'ignore',
    });
  }
  await rm(top, { recursive: true });
  const rpms = (await readdir(join(folder, 'Packages'))).map((name) =>
    join(folder, 'Packages', name),
  );
  // Debian has no gpg2, by which rpm calls it.
  const signing = [
    '__gpg /usr/bin/gpg',
    `_gpg_name ${options.key.fingerprint}`,
    `_gpg_path ${options.key.home}`,
  ];
  const given = signing.flatMap((define) => ['--define', define]);
  execFileSync('rpmsign', [...given, '--addsign', ...rpms], { stdio: 'ignore' });
  execFileSync('createrepo_c', ['--quiet', folder]);
}
