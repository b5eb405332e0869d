import { execFileSync } from 'node:child_process';

/** The Debian release of the machines. */
export const release = 'bookworm';

/** Where its packages come from: the mirror of this host, or the one that `BERTH_LAB_MIRROR` names, of the same layout. */
export function mirror(): string {
  const named = process.env['BERTH_LAB_MIRROR'];
  if (named !== undefined) return named;
  const args = ['indextargets', '--format', '$(SITE)', 'Created-By: Packages', 'Origin: Debian'];
  const [site] = execFileSync('apt-get', args, { encoding: 'utf8' }).split('\n');
  if (!site) throw new Error('apt-get names no Debian mirror; set BERTH_LAB_MIRROR');
  return new URL(site).origin;
}

/**
 * What a machine comes with. `bare`: a small server, which is made in less than a minute. `stocked`: also some Node.js with
 * npm and what the clone's npm needs, and a repository with packages to install. `engines`: a small server with those who
 * call runtimes, and CRIU.
 */
export type Stock = 'bare' | 'stocked' | 'engines';

/** What is installed, and what more a machine can install although it reaches no mirror. */
export interface PackageLists {
  readonly installed: readonly string[];
  /** With all that these depend on: what berth may need, and what scenarios have beside it. */
  readonly installable: readonly string[];
}

/** What a small server has: DESIGN section 7 names systemd, sshd and udev. No container engine. */
const server: readonly string[] = [
  'ca-certificates',
  'dbus',
  'iproute2',
  'kmod',
  'libpam-systemd',
  'openssh-server',
  'procps',
  'systemd',
  'systemd-sysv',
  'udev',
];

/**
 * The packages of each kind of machine. `nodejs` and `npm` are the 'some Node with npm' of the README: Debian's own, far
 * older than the one that berth pins.
 */
export const packageLists: Readonly<Record<Stock, PackageLists>> = {
  bare: { installed: server, installable: ['nftables'] },
  engines: {
    installed: [
      ...server,
      'busybox-static',
      'criu',
      'docker.io',
      'libatomic1',
      'podman',
    ].toSorted(),
    installable: ['nftables'],
  },
  stocked: {
    installed: [...server, 'nodejs', 'npm'].toSorted(),
    installable: ['docker-registry', 'docker.io', 'kmod', 'libatomic1', 'nftables', 'tinyproxy'],
  },
};

/** The package that depends on the newest kernel; the kernel's own files are unpacked, not installed (no boot loader). */
export const kernelPackage = 'linux-image-cloud-amd64';

/** Modules without which the kernel does not reach its disk. Those that they depend on are found by themselves. */
export const bootModules: readonly string[] = [
  'virtio_ring',
  'virtio',
  'virtio_pci_legacy_dev',
  'virtio_pci_modern_dev',
  'virtio_pci',
  'virtio_blk',
  'ext4',
];
