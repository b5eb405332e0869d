import { dirname } from 'node:path';
import type { Check } from './check.ts';

/** Whether the socket that berthd listens on is free, or berthd's already. */
export const ports: Check = {
  id: 'ports',
  title: 'API socket',
  group: 'services',
  wanted: "a free path for the API's socket, or berth's daemon answering there",
  why: 'The daemon listens there; it removes a dead socket, but never a file that it did not make.',
  severity: 'fail',
  privilege: 'none',
  async probe({ files, apiSocket, isListening }) {
    const folder = dirname(apiSocket);
    const folderKind = await files.kind(folder);
    if (folderKind !== undefined && folderKind !== 'folder') {
      return {
        status: 'fail',
        seen: `"${folder}" is not a folder`,
        remedy: `Move it away: berth keeps its socket in "${folder}".`,
        details: { path: folder },
      };
    }
    const details = { path: apiSocket };
    const kind = await files.kind(apiSocket);
    if (kind === undefined) return { status: 'pass', seen: `"${apiSocket}" is free`, details };
    if (kind !== 'socket') {
      return {
        status: 'fail',
        seen: `a ${kind === 'other' ? 'thing' : kind} that is not a socket is at "${apiSocket}"`,
        remedy: `See what it is and move it away: ls -ld ${apiSocket}`,
        details,
      };
    }
    if (await isListening(apiSocket)) {
      return { status: 'pass', seen: `a daemon answers at "${apiSocket}"`, details };
    }
    const note = 'The daemon that made it is gone; the next one replaces it.';
    return { status: 'pass', seen: `a dead socket at "${apiSocket}"`, note, details };
  },
};
