import type { PathStatus } from '../../container/archive/path-status.ts';

type TreeEntry = PathStatus['entry'];

/** Go's os.FileMode (io/fs, Go 1.24), which is what clients decode; beside the permission bits. */
const typeBits: Readonly<Record<TreeEntry['type'], number>> = {
  file: 0,
  directory: 2 ** 31,
  symlink: 2 ** 27,
  'block-device': 2 ** 26,
  'character-device': 2 ** 26 + 2 ** 21,
  fifo: 2 ** 25,
  socket: 2 ** 24,
};

/** Bits of the kernel's mode, and Go's for the same. */
const specialBits: readonly (readonly [number, number])[] = [
  [0o4000, 2 ** 23],
  [0o2000, 2 ** 22],
  [0o1000, 2 ** 20],
];

function goMode({ type, mode }: TreeEntry): number {
  const special = specialBits.filter(([bit]) => (mode & bit) !== 0).map(([, go]) => go);
  return special.reduce((sum, bit) => sum + bit, (mode & 0o777) + typeBits[type]);
}

function goMoment({ mtime }: TreeEntry): string {
  const seconds = new Date(mtime.seconds * 1000).toISOString().slice(0, 19);
  const fraction = String(mtime.nanoseconds).padStart(9, '0').replace(/0+$/, '');
  return fraction === '' ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

/** The header `X-Docker-Container-Path-Stat`: JSON in base64. */
export function pathStatusHeader({ name, entry, linkTarget }: PathStatus): string {
  const text = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
  const view = {
    name: text(name),
    size: entry.sizeBytes,
    mode: goMode(entry),
    mtime: goMoment(entry),
    linkTarget: text(linkTarget),
  };
  return Buffer.from(JSON.stringify(view)).toString('base64');
}
