import { checkStorageMessages as m } from '../messages/areas/checks-storage.ts';
import type { Check } from './check.ts';
import { existingAncestor } from './probes/existing-ancestor.ts';

const gibibyte = 2 ** 30;
const wantedBytes = 2 * gibibyte;
const wantedInodes = 100_000;

/** Whether the data root's file system has room for images. */
export const fsSpace: Check = {
  id: 'fs.space',
  title: m.spaceTitle,
  group: 'storage',
  wanted: m.spaceWanted,
  why: m.spaceWhy,
  severity: 'warn',
  privilege: 'none',
  async probe({ files, dataRoot }) {
    const path = await existingAncestor(files, dataRoot);
    const { freeBytes, freeInodes, totalInodes } = await files.room(path);
    const inodesCounted = totalInodes > 0;
    const gibibytes = (freeBytes / gibibyte).toFixed(1);
    const seen = inodesCounted
      ? m.spaceFreeInodes({ gibibytes, inodes: freeInodes, path })
      : m.spaceFree({ gibibytes, path });
    const details = { path, freeBytes, ...(inodesCounted ? { freeInodes } : {}) };
    if (freeBytes >= wantedBytes && (!inodesCounted || freeInodes >= wantedInodes)) {
      return { status: 'pass', seen, details };
    }
    return { status: 'warn', seen, remedy: m.spaceRemedy(), details };
  },
};
