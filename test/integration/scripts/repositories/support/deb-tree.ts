import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Signer } from './signer.ts';

/** A package to be made: real, and with hardly anything in it. */
export interface SmallPackage {
  readonly name: string;
  readonly version: string;
  /** Lines of the control file, or of the spec. */
  readonly more?: readonly string[];
  /** Programs in it, by path, with their text. */
  readonly programs?: Readonly<Record<string, string>>;
}

/** A suite of a repository to be made. */
export interface DebSuite {
  /** Folder that has `dists/` and the key `gpg`. */
  readonly folder: string;
  readonly suite: string;
  readonly component: string;
  readonly packages: readonly SmallPackage[];
  readonly signer: Signer;
}

/** A client that says which version it is, as the real one does. */
export const clientProgram = (version: string): string =>
  `#!/bin/sh\necho "Docker version ${version}, build berth"\n`;

/** The packages of docker-ce in some versions, as Docker names them for Debian 12. */
export function dockerDebs(versions: readonly string[]): readonly SmallPackage[] {
  return [
    ...versions.map((version) => ({
      name: 'docker-ce-cli',
      version: `5:${version}-1~debian.12~bookworm`,
      programs: { '/usr/bin/docker': clientProgram(version) },
    })),
    { name: 'docker-compose-plugin', version: '2.40.3-1~debian.12~bookworm' },
    { name: 'docker-buildx-plugin', version: '0.29.1-1~debian.12~bookworm' },
    { name: 'docker-ce', version: '5:28.5.2-1~debian.12~bookworm' },
  ];
}

/** Makes a suite as on download.docker.com: with apt-ftparchive, its Release signed. */
export async function makeDebSuite({
  folder,
  suite,
  component,
  packages,
  signer,
}: DebSuite): Promise<void> {
  const pool = `dists/${suite}/pool/${component}/amd64`;
  const index = `dists/${suite}/${component}/binary-amd64`;
  for (const each of [pool, index]) await mkdir(join(folder, each), { recursive: true });
  for (const each of packages) await buildDeb(each, join(folder, pool));
  const list = execFileSync('apt-ftparchive', ['packages', pool], { cwd: folder });
  await writeFile(join(folder, index, 'Packages'), list);
  await writeFile(join(folder, index, 'Packages.gz'), gzipSync(list));
  const options = [
    `Suite=${suite}`,
    `Codename=${suite}`,
    `Components=${component}`,
    'Architectures=amd64',
  ];
  const release = execFileSync(
    'apt-ftparchive',
    [
      ...options.flatMap((option) => ['-o', `APT::FTPArchive::Release::${option}`]),
      'release',
      `dists/${suite}`,
    ],
    { cwd: folder },
  );
  await writeFile(join(folder, `dists/${suite}/InRelease`), signer.clearsign(release.toString()));
  await writeFile(join(folder, 'gpg'), signer.publicKey);
}

async function buildDeb(
  { name, version, more = [], programs = {} }: SmallPackage,
  to: string,
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'berth-deb-'));
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: amd64',
    'Maintainer: Berth <berth@example.org>',
    `Description: ${name} of a test`,
    ...more,
  ];
  await mkdir(join(work, 'DEBIAN'));
  await writeFile(join(work, 'DEBIAN/control'), `${control.join('\n')}\n`);
  for (const [path, text] of Object.entries(programs)) {
    await mkdir(join(work, dirname(path)), { recursive: true });
    await writeFile(join(work, path), text, { mode: 0o755 });
  }
  const file = `${name}_${version.replace(/^\d+:/, '')}_amd64.deb`;
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-b', work, join(to, file)]);
  await rm(work, { recursive: true });
}

/** Replaces a suite's key and signature by another signer's: a mirror that is not what it claims to be. */
export async function signAnew(
  { folder, suite }: Pick<DebSuite, 'folder' | 'suite'>,
  signer: Signer,
): Promise<{ readonly inRelease: string; readonly key: Buffer }> {
  const signed = await readFile(join(folder, `dists/${suite}/InRelease`), 'utf8');
  const [, text = ''] = /\n\n([\s\S]*?)\n-----BEGIN PGP SIGNATURE/.exec(signed) ?? [];
  return { inRelease: signer.clearsign(`${text}\n`), key: signer.publicKey };
}
