import type { LockFile } from '../lock/lock-file.ts';

/** What rpm itself locks while it changes its database, which is in one of two places. */
const rpmLocks: readonly LockFile[] = [
  { path: '/var/lib/rpm/.rpm.lock', proof: 'lock' },
  { path: '/usr/lib/sysimage/rpm/.rpm.lock', proof: 'lock' },
];

/** dnf 4 keeps pid files, dnf 5 locks a file for as long as a transaction takes. */
export const dnfLocks: readonly LockFile[] = [
  { path: '/var/cache/dnf/metadata_lock.pid', proof: 'pid' },
  { path: '/var/cache/dnf/download_lock.pid', proof: 'pid' },
  { path: '/var/lib/dnf/rpmdb_lock.pid', proof: 'pid' },
  { path: '/run/dnf/rpmtransaction.lock', proof: 'lock' },
  ...rpmLocks,
];

/** yum 3. */
export const yumLocks: readonly LockFile[] = [
  { path: '/var/run/yum.pid', proof: 'pid' },
  ...rpmLocks,
];

/** libzypp, and with it YaST and PackageKit. */
export const zypperLocks: readonly LockFile[] = [
  { path: '/run/zypp.pid', proof: 'pid' },
  { path: '/var/run/zypp.pid', proof: 'pid' },
  ...rpmLocks,
];
