import * as mount from '../../syscall/constants/mount.ts';
import {
  mergedAttributes,
  type RecursiveAttributes,
  recursiveAttributes,
  recursiveOptionNames,
} from './recursive-attributes.ts';

/** Options of fstab(5) that are flags of mount(2): what they set and what they clear. */
const flagOptions: Readonly<Record<string, { readonly set?: number; readonly clear?: number }>> = {
  defaults: {},
  ro: { set: mount.MS_RDONLY },
  rw: { clear: mount.MS_RDONLY },
  nosuid: { set: mount.MS_NOSUID },
  suid: { clear: mount.MS_NOSUID },
  nodev: { set: mount.MS_NODEV },
  dev: { clear: mount.MS_NODEV },
  noexec: { set: mount.MS_NOEXEC },
  exec: { clear: mount.MS_NOEXEC },
  sync: { set: mount.MS_SYNCHRONOUS },
  async: { clear: mount.MS_SYNCHRONOUS },
  dirsync: { set: mount.MS_DIRSYNC },
  remount: { set: mount.MS_REMOUNT },
  mand: { set: mount.MS_MANDLOCK },
  nomand: { clear: mount.MS_MANDLOCK },
  noatime: { set: mount.MS_NOATIME },
  atime: { clear: mount.MS_NOATIME },
  nodiratime: { set: mount.MS_NODIRATIME },
  diratime: { clear: mount.MS_NODIRATIME },
  relatime: { set: mount.MS_RELATIME },
  norelatime: { clear: mount.MS_RELATIME },
  strictatime: { set: mount.MS_STRICTATIME },
  nostrictatime: { clear: mount.MS_STRICTATIME },
  lazytime: { set: mount.MS_LAZYTIME },
  nolazytime: { clear: mount.MS_LAZYTIME },
  iversion: { set: mount.MS_I_VERSION },
  noiversion: { clear: mount.MS_I_VERSION },
  silent: { set: mount.MS_SILENT },
  loud: { clear: mount.MS_SILENT },
  nosymfollow: { set: mount.MS_NOSYMFOLLOW },
  symfollow: { clear: mount.MS_NOSYMFOLLOW },
  bind: { set: mount.MS_BIND },
  rbind: { set: mount.MS_BIND | mount.MS_REC },
};

/** Names of propagation types, also those of `linux.rootfsPropagation`, as flags of mount(2). */
export const propagationFlags: Readonly<Record<string, number>> = {
  private: mount.MS_PRIVATE,
  rprivate: mount.MS_PRIVATE | mount.MS_REC,
  slave: mount.MS_SLAVE,
  rslave: mount.MS_SLAVE | mount.MS_REC,
  shared: mount.MS_SHARED,
  rshared: mount.MS_SHARED | mount.MS_REC,
  unbindable: mount.MS_UNBINDABLE,
  runbindable: mount.MS_UNBINDABLE | mount.MS_REC,
};

/** Options that are for the runtime itself; the kernel knows nothing of them. */
const ownOptions = [
  'tmpcopyup',
  'idmap',
  'ridmap',
  'copy-symlink',
  'src-nofollow',
  'dest-nofollow',
] as const;

/** One of the runtime's own options: crun's and runc's as well. */
export type OwnOption = (typeof ownOptions)[number];

/** Options of fstab(5) that are for programs that read it, and tell a mount nothing. */
const ofTheTable = /^(?:auto|noauto|user|nouser|users|owner|group|nofail|_netdev|comment=.*|x-.*)$/;

/** Every option of the specification that is carried out, sorted; what is left goes to the file system. */
export function knownMountOptions(): readonly string[] {
  const names = [flagOptions, propagationFlags].flatMap((options) => Object.keys(options));
  return [...names, ...recursiveOptionNames, ...ownOptions].sort();
}

/** The options of one mount, as mount(2) takes them. */
export interface ParsedMountOptions {
  readonly flags: number;
  /** Flags that are to be off, whatever what is bound has; the later of `ro` and `rw` wins. */
  readonly cleared: number;
  /** Flags of the propagation changes to make afterwards, each in a call of its own. */
  readonly propagation: readonly number[];
  /** What holds for all mounts below as well; nothing when both are 0. */
  readonly recursive: RecursiveAttributes;
  /** What is left for the file system. */
  readonly data: string;
  readonly own: ReadonlySet<OwnOption>;
}

/**
 * Splits mount options by who understands them.
 *
 * OCI runtime-spec 1.2.1, config.md, "Linux mount options"; mount(8).
 */
export function parseMountOptions(options: readonly string[]): ParsedMountOptions {
  let [flags, cleared] = [0, 0];
  let recursive: RecursiveAttributes = { set: 0, clear: 0 };
  const propagation: number[] = [];
  const data: string[] = [];
  const own = new Set<OwnOption>();
  for (const option of options) {
    const flag = flagOptions[option];
    const change = propagationFlags[option];
    const below = recursiveAttributes(option);
    const known = ownOptions.find((name) => name === option);
    if (flag) {
      const { set = 0, clear = 0 } = flag;
      flags = (flags & ~clear) | set;
      cleared = (cleared | clear) & ~set;
    } else if (change !== undefined) propagation.push(change);
    else if (below) recursive = mergedAttributes(recursive, below);
    else if (known) own.add(known);
    else if (!ofTheTable.test(option)) data.push(option);
  }
  return { flags, cleared, propagation, recursive, data: data.join(','), own };
}
