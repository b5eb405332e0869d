import { dirname } from 'node:path';
import { checkServiceMessages as m } from '../messages/areas/checks-services.ts';
import type { Check } from './check.ts';
import type { CheckContext, PathKind } from './context.ts';
import type { Outcome } from './finding.ts';
import { findSocketOwner } from './probes/socket-owner.ts';

/** Whether the socket that berthd listens on is free, or berthd's already. */
export const ports: Check = {
  id: 'ports',
  title: m.portsTitle,
  group: 'services',
  wanted: m.portsWanted,
  why: m.portsWhy,
  severity: 'fail',
  privilege: 'none',
  async probe(context) {
    const { files, apiSocket: path } = context;
    const folder = dirname(path);
    const folderKind = await files.kind(folder);
    if (folderKind !== undefined && folderKind !== 'folder') {
      return {
        status: 'fail',
        seen: m.portsNotFolder({ folder }),
        remedy: m.portsMoveFolder({ folder }),
        details: { path: folder },
      };
    }
    const details = { path };
    const kind = await files.kind(path);
    if (kind === undefined) return { status: 'pass', seen: m.portsFree({ path }), details };
    if (kind !== 'socket') {
      const remedy = m.portsMove({ path });
      return { status: 'fail', seen: inTheWay[kind]({ path }), remedy, details };
    }
    if (await context.isListening(path)) return listening(context);
    return { status: 'pass', seen: m.portsDead({ path }), note: m.portsDeadNote(), details };
  },
};

const inTheWay: Readonly<Record<Exclude<PathKind, 'socket'>, (p: { path: string }) => string>> = {
  file: m.portsFile,
  folder: m.portsFolder,
  other: m.portsThing,
};

/** Programs that hold the socket where another engine was given berth's place. */
const foreign = ['dockerd', 'podman', 'containerd', 'docker-proxy', 'buildkitd'];

async function listening({ files, apiSocket: path }: CheckContext): Promise<Outcome> {
  const owner = await findSocketOwner(files, path);
  if (owner === undefined) {
    return { status: 'pass', seen: m.portsAnswers({ path }), details: { path } };
  }
  const { pid, name } = owner;
  const details = { path, pid, owner: name };
  if (foreign.includes(name)) {
    const seen = m.portsForeign({ path, owner: name, pid });
    return { status: 'fail', seen, remedy: m.portsStop({ pid }), details };
  }
  return { status: 'pass', seen: m.portsOwned({ path, owner: name, pid }), details };
}
