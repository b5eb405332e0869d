import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SigningKey } from './signing-key.ts';

/** A package to be made. */
export interface PackageSpec {
  readonly name: string;
  readonly version: string;
  readonly sizeBytes: number;
}

/** How an apt repository is to be. */
export interface AptRepositorySpec {
  /** Made if it is missing. */
  readonly folder: string;
  readonly key: SigningKey;
  readonly packages: readonly PackageSpec[];
  /** Of its Release file. */
  readonly date: Date;
  readonly validUntil?: Date;
}

const suite = 'bookworm';

/**
 * Makes `linux/debian` of a server of docker-ce with dpkg-deb(1) and apt-ftparchive(1): packages in pool/, their index,
 * InRelease signed by the key, and the key as `gpg`.
 */
export function makeAptRepository(spec: AptRepositorySpec): void {
  const root = join(spec.folder, 'linux/debian');
  const pool = `dists/${suite}/pool/stable/amd64`;
  const index = `dists/${suite}/stable/binary-amd64`;
  mkdirSync(join(root, pool), { recursive: true });
  mkdirSync(join(root, index), { recursive: true });
  for (const each of spec.packages) makeDeb(join(root, pool), each);
  const archive = (...args: readonly string[]): string =>
    execFileSync('apt-ftparchive', args, { cwd: root, encoding: 'utf8' });
  writeFileSync(join(root, index, 'Packages'), archive('packages', pool));
  execFileSync('gzip', ['-kn', join(root, index, 'Packages')]);
  writeFileSync(join(root, 'gpg'), spec.key.publicKey());
  signRelease(spec, archive('release', `dists/${suite}`));
}

/** Writes InRelease anew, for another date or another key. */
function signRelease({ folder, key, date, validUntil }: AptRepositorySpec, made: string): void {
  const until = validUntil === undefined ? '' : `Valid-Until: ${validUntil.toUTCString()}\n`;
  const text = `Origin: Docker\nSuite: ${suite}\n${until}${made.replace(/^Date: .*$/m, `Date: ${date.toUTCString()}`)}`;
  writeFileSync(join(folder, 'linux/debian/dists', suite, 'InRelease'), key.clearsign(text));
}

function makeDeb(pool: string, { name, version, sizeBytes }: PackageSpec): void {
  const tree = join(pool, `${name}.tree`);
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  mkdirSync(join(tree, 'opt', name), { recursive: true });
  writeFileSync(
    join(tree, 'DEBIAN/control'),
    `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\nMaintainer: t <t@example.com>\nDescription: test\n`,
  );
  // Random: it does not shrink, and no two are alike.
  writeFileSync(join(tree, 'opt', name, 'data'), randomBytes(sizeBytes));
  const file = `${name}_${version.replace(/^\d+:/, '')}_amd64.deb`;
  execFileSync('dpkg-deb', ['--build', '-Znone', tree, join(pool, file)], { stdio: 'pipe' });
  execFileSync('rm', ['-r', tree]);
}
