import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { labFolder } from '../lab-folder.ts';
import { runChecked } from '../run-command.ts';
import { inChroot } from './chroot.ts';
import { initramfs } from './initramfs.ts';
import { debRepository } from './guest-files.ts';
import {
  bootModules,
  kernelPackage,
  mirror,
  packageLists,
  release,
  type PackageLists,
  type Stock,
} from './packages.ts';
import { removeTree } from '../../support/remove-tree.ts';

/** Debian as it is on every machine of the lab, before anything of this lab or of berth is in it. */
export interface BaseSystem {
  readonly key: string;
  readonly root: string;
  readonly kernel: string;
  readonly initramfs: string;
}

/** To be raised when what follows builds something else from the same packages. */
const recipe = 3;

/** The base system, from the cache or built now: two minutes and a gigabyte of disk, for a bare one far less. */
export async function baseSystem(stock: Stock): Promise<BaseSystem> {
  const lists = packageLists[stock];
  const inputs = JSON.stringify([
    ...[recipe, release, lists.installed, lists.installable],
    ...[kernelPackage, bootModules],
  ]);
  const key = createHash('sha256').update(inputs).digest('hex').slice(0, 12);
  const folder = join(labFolder('base'), key);
  if (!existsSync(folder)) await build(folder, lists);
  return {
    key,
    root: join(folder, 'root'),
    kernel: join(folder, 'vmlinuz'),
    initramfs: join(folder, 'initramfs'),
  };
}

/** Built beside its place and then renamed, so a build that was cut short is never taken for a whole one. */
async function build(folder: string, lists: PackageLists): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  const root = join(unfinished, 'root');
  mkdirSync(unfinished);
  try {
    await bootstrap(root);
    await installPackages(root, lists.installed);
    await storePackages(root, lists.installable);
    await unpackKernel(root);
    takeBootFiles(root, unfinished);
    renameSync(unfinished, folder);
  } finally {
    removeTree(unfinished);
  }
}

async function bootstrap(root: string): Promise<void> {
  const cache = `--cache-dir=${labFolder('debs')}`;
  const argv = ['--variant=minbase', '--merged-usr', cache, release, root, `${mirror()}/debian`];
  await runChecked(['unshare', '--mount', '--', 'debootstrap', ...argv]);
}

/** Debian's own solver installs the rest: debootstrap's does not know alternatives and virtual packages. */
async function installPackages(root: string, names: readonly string[]): Promise<void> {
  const suites = [
    `deb ${mirror()}/debian ${release} main`,
    `deb ${mirror()}/debian ${release}-updates main`,
    `deb ${mirror()}/debian-security ${release}-security main`,
  ];
  writeFileSync(join(root, 'etc/apt/sources.list'), `${suites.join('\n')}\n`);
  copyFileSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  // Keeps services from being started on this machine (invoke-rc.d(8)).
  const policy = join(root, 'usr/sbin/policy-rc.d');
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  await inChroot({
    root,
    lines: [
      'apt-get update -qq',
      'apt-get upgrade -qq -y',
      `apt-get install -qq -y --no-install-recommends ${names.join(' ')}`,
    ],
  });
  rmSync(policy);
}

/** A package repository in a folder (sources.list(5), 'flat'), which apt trusts without a signature. */
async function storePackages(root: string, names: readonly string[]): Promise<void> {
  await inChroot({
    root,
    lines: [
      `mkdir -p ${debRepository} && cd ${debRepository}`,
      // What is installed already would be left out: downloaded by name, it is there to be installed again.
      `apt-get download -qq -o APT::Sandbox::User=root ${names.join(' ')}`,
      'apt-get install -qq -y --download-only --no-install-recommends -o Dir::Cache::archives=$PWD ' +
        names.join(' '),
      'rm -rf lock partial',
      'for deb in *.deb; do',
      '  dpkg-deb -f "$deb"',
      '  echo "Filename: ./$deb"',
      '  echo "Size: $(stat -c %s "$deb")"',
      '  echo "SHA256: $(sha256sum "$deb" | cut -d " " -f 1)"',
      '  echo',
      'done >Packages',
    ],
  });
}

/**
 * The kernel's files without its package, which would want a boot loader. By way of a folder, because unpacking onto
 * the root would replace the link /lib by a folder.
 */
async function unpackKernel(root: string): Promise<void> {
  await inChroot({
    root,
    lines: [
      'mkdir /boot-files && cd /boot-files',
      `image=$(apt-cache depends ${kernelPackage} | sed -n 's/^ *Depends: //p' | head -n 1)`,
      'apt-get download -qq -o APT::Sandbox::User=root "$image" busybox-static',
      'for deb in *.deb; do dpkg-deb -x "$deb" .; done',
      'mv lib/modules /usr/lib/modules',
      'depmod "$(ls /usr/lib/modules)"',
      'apt-get clean',
      'rm -rf /var/lib/apt/lists/* /var/log/*.log /var/log/apt/*',
    ],
  });
}

function takeBootFiles(root: string, folder: string): void {
  const files = join(root, 'boot-files');
  const modules = join(root, 'usr/lib/modules');
  const [version = ''] = readdirSync(modules);
  copyFileSync(join(files, `boot/vmlinuz-${version}`), join(folder, 'vmlinuz'));
  const archive = initramfs({
    modulesFolder: join(modules, version),
    busybox: join(files, 'bin/busybox'),
  });
  writeFileSync(join(folder, 'initramfs'), archive);
  removeTree(files);
}
