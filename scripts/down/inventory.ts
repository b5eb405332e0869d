import { join } from 'node:path';
import { ApiClient } from '../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../runtime/cli/client/endpoint.ts';
import { fieldsAt, fieldsOf, listOf } from '../../runtime/cli/client/fields.ts';
import { lstat, orIfMissing, readdir } from '../../runtime/host/files.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { Run } from '../journal/runs.ts';
import { answers } from '../up/wait-for-daemon.ts';
import type { DataInventory } from './result.ts';

/** Folders with container data that berth made, as the journal tells. */
export function dataFoldersOf(runs: readonly Run[]): readonly string[] {
  const folders = runs.flatMap((run) =>
    run.plan.steps
      .filter((_step, index) => run.undo.has(index))
      .flatMap((step) =>
        step.kind === 'make-folder' && step.removes === 'data' ? [step.path] : [],
      ),
  );
  return [...new Set(folders)];
}

/** Counts and measures what is in the data folders; `undefined` when there is nothing. Changes nothing. */
export async function takeInventory(
  host: ProvisionHost,
  options: { readonly folders: readonly string[]; readonly socketPath: string },
): Promise<DataInventory | undefined> {
  const folders: string[] = [];
  let sizeBytes = 0;
  for (const folder of options.folders) {
    const size = await sizeOf(host.path(folder));
    if (size > 0) folders.push(folder);
    sizeBytes += size;
  }
  if (folders.length === 0) return undefined;
  const counts = (await answers(options.socketPath)) ? await countObjects(options.socketPath) : {};
  return { ...counts, folders, sizeBytes };
}

async function countObjects(
  socketPath: string,
): Promise<Pick<DataInventory, 'containers' | 'images' | 'volumes'>> {
  const client = new ApiClient(parseEndpoint(`unix://${socketPath}`));
  const info = fieldsOf(await client.json({ method: 'GET', path: '/info' }), 'info');
  const [containers, images] = [info['Containers'], info['Images']];
  const volumes = await client
    .json({ method: 'GET', path: '/volumes' })
    .then((answer) =>
      listOf(fieldsAt(fieldsOf({ answer }, 'volumes'), 'answer')['Volumes'], 'Volumes'),
    )
    .catch(() => undefined);
  return {
    ...(typeof containers === 'number' ? { containers } : {}),
    ...(typeof images === 'number' ? { images } : {}),
    ...(volumes === undefined ? {} : { volumes: volumes.length }),
  };
}

/** Space that the files below a folder take on the disk, in bytes; links are counted, not followed. */
async function sizeOf(folder: string): Promise<number> {
  let sizeBytes = 0;
  for (const entry of await orIfMissing(readdir(folder, { withFileTypes: true }), [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sizeBytes += await sizeOf(path);
    else sizeBytes += ((await orIfMissing(lstat(path), undefined))?.blocks ?? 0) * 512;
  }
  return sizeBytes;
}
