import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientProgram, type SmallPackage } from './deb-tree.ts';
import type { Signer } from './signer.ts';

/** A repository of rpm packages to be made. */
export interface RpmRepository {
  /** Folder that has the key `gpg`, such as `linux/centos`. */
  readonly folder: string;
  /** Below it, the folder that has `repodata/`. */
  readonly path: string;
  readonly packages: readonly SmallPackage[];
  readonly signer: Signer;
}

/** The packages of docker-ce in some versions, as Docker names them for CentOS 9. */
export function dockerRpms(versions: readonly string[]): readonly SmallPackage[] {
  return [
    ...versions.map((version) => ({
      name: 'docker-ce-cli',
      version: `1:${version}-1.el9`,
      programs: { '/usr/bin/docker': clientProgram(version) },
    })),
    { name: 'docker-compose-plugin', version: '2.40.3-1.el9' },
    { name: 'docker-buildx-plugin', version: '0.29.1-1.el9' },
  ];
}

/** Makes a repository as on download.docker.com: with rpmbuild, rpmsign and createrepo_c. */
export async function makeRpmRepository(repository: RpmRepository): Promise<void> {
  const { folder, path, packages, signer } = repository;
  const to = join(folder, path);
  await mkdir(join(to, 'Packages'), { recursive: true });
  for (const each of packages) await buildRpm(each, { to: join(to, 'Packages'), signer });
  execFileSync('createrepo_c', ['--quiet', to], { stdio: 'pipe' });
  await writeFile(join(folder, 'gpg'), signer.publicKey);
}

async function buildRpm(
  { name, version: full, programs = {}, more = [] }: SmallPackage,
  { to, signer }: { readonly to: string; readonly signer: Signer },
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'berth-rpm-'));
  const [, epoch = '0', version = '', release = ''] = /^(?:(\d+):)?(.*)-([^-]+)$/.exec(full) ?? [];
  const spec = [
    `Name: ${name}`,
    `Epoch: ${epoch}`,
    `Version: ${version}`,
    `Release: ${release}`,
    `Summary: ${name} of a test`,
    'License: none',
    'AutoReqProv: no',
    ...more,
    '%description',
    'Of a test.',
    '%install',
    'mkdir -p %{buildroot}',
    ...Object.entries(programs).flatMap(([path, text]) => [
      `mkdir -p $(dirname %{buildroot}${path})`,
      `printf '%%s' '${text}' > %{buildroot}${path}`,
      `chmod 755 %{buildroot}${path}`,
    ]),
    '%files',
    ...Object.keys(programs),
    '',
  ];
  await writeFile(join(work, 'a.spec'), spec.join('\n'));
  const define = (text: string): readonly string[] => ['--define', text];
  const options = [...define(`_topdir ${work}`), ...define('_build_id_links none')];
  execFileSync(
    'rpmbuild',
    ['-bb', '--quiet', '--target', 'x86_64', ...options, join(work, 'a.spec')],
    {
      stdio: 'pipe',
    },
  );
  const built = join(work, 'RPMS/x86_64');
  for (const file of await readdir(built)) {
    execFileSync(
      'rpmsign',
      [
        ...define(`_gpg_name ${signer.fingerprint}!`),
        ...define('__gpg /usr/bin/gpg'),
        ...define(`_gpg_path ${signer.home}`),
        '--addsign',
        join(built, file),
      ],
      { stdio: 'pipe' },
    );
    execFileSync('mv', [join(built, file), to]);
  }
  await rm(work, { recursive: true });
}
