import type { Check } from './check.ts';
import { existingAncestor } from './probes/existing-ancestor.ts';

const gibibyte = 2 ** 30;
const wantedBytes = 2 * gibibyte;
const wantedInodes = 100_000;

/** Whether the data root's file system has room for images. */
export const fsSpace: Check = {
  id: 'fs.space',
  title: 'Disk space',
  group: 'storage',
  wanted: '2 GiB and 100000 inodes free on the file system of the data root',
  why: 'Images and containers are kept there; a full disk stops pulls and breaks containers.',
  severity: 'warn',
  privilege: 'none',
  async probe({ files, dataRoot }) {
    const path = await existingAncestor(files, dataRoot);
    const { freeBytes, freeInodes, totalInodes } = await files.room(path);
    const inodesCounted = totalInodes > 0;
    const seen =
      `${(freeBytes / gibibyte).toFixed(1)} GiB` +
      (inodesCounted ? ` and ${freeInodes} inodes` : '') +
      ` free at "${path}"`;
    const details = { path, freeBytes, ...(inodesCounted ? { freeInodes } : {}) };
    if (freeBytes >= wantedBytes && (!inodesCounted || freeInodes >= wantedInodes)) {
      return { status: 'pass', seen, details };
    }
    const remedy = `Free some space, or choose another place with the key "data-root" of /etc/berth/daemon.json.`;
    return { status: 'warn', seen, remedy, details };
  },
};
