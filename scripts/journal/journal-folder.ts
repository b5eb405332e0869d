import { basename, dirname, join } from 'node:path';
import {
  chmod,
  exists,
  listFolder,
  mkdir,
  rename,
  rm,
  syncFolder,
  writeFileWhole,
} from '../../runtime/host/files.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { JournalRecord } from './record.ts';

/** Whether the state folder (`/var/lib/berth`) was made together with the journal. */
type StateFolder = Extract<JournalRecord, { type: 'created' }>['stateFolder'];

/*
 * The journal's own folder is the one change that no journal can precede. So it appears by one rename(2), with the
 * journal inside, and goes by one: at every moment it is either wholly there or not there, and what a kill leaves
 * behind has a name by which the next run knows it.
 */

function pathsOf(host: ProvisionHost): { readonly state: string; readonly provision: string } {
  return { state: host.path(places.stateFolder), provision: host.path(places.provisionFolder) };
}

/** Makes the journal with its first record, and the state folder with it where that is missing. */
export async function makeJournalFolder(host: ProvisionHost): Promise<void> {
  const { state, provision } = pathsOf(host);
  const stateFolder: StateFolder = (await exists(state)) ? 'existed' : 'made';
  const target = stateFolder === 'made' ? state : provision;
  const staging = `${target}.journal-new`;
  try {
    await fill(staging, stateFolder);
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
  syncFolder(dirname(target));
}

async function fill(staging: string, stateFolder: StateFolder): Promise<void> {
  const inside = stateFolder === 'made' ? join(staging, 'provision') : staging;
  // The state folder may be passed through (a container's root lies below it), the journal is root's alone: it
  // holds bytes of files that are not for everyone.
  if (inside !== staging) {
    await mkdir(staging);
    await chmod(staging, 0o711);
  }
  await mkdir(inside, { mode: 0o700 });
  const first: JournalRecord = { type: 'created', stateFolder };
  await writeFileWhole(join(inside, basename(places.journal)), `${JSON.stringify(first)}\n`, {
    mode: 0o600,
    durability: 'disk',
  });
  syncFolder(staging);
}

/** Removes the journal, and the state folder when it was made with it and holds nothing else. */
export async function removeJournalFolder(
  host: ProvisionHost,
  stateFolder: StateFolder,
): Promise<void> {
  const { state, provision } = pathsOf(host);
  const others = (await listFolder(state)).filter((name) => name !== 'provision');
  const target = stateFolder === 'made' && others.length === 0 ? state : provision;
  const doomed = `${target}.journal-old`;
  await rename(target, doomed);
  syncFolder(dirname(target));
  await rm(doomed, { recursive: true });
}

/** Clears away what a killed `makeJournalFolder` or `removeJournalFolder` has left. */
export async function tidyJournalFolder(host: ProvisionHost): Promise<void> {
  for (const path of Object.values(pathsOf(host))) {
    await rm(`${path}.journal-new`, { recursive: true, force: true });
    await rm(`${path}.journal-old`, { recursive: true, force: true });
  }
}
