import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { mkdir, mkdtemp } from '../../host/files.ts';
import { removeTree } from '../../host/remove-tree.ts';
import type { IdMapping } from '../../spec/id-mappings.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { IdNamespaces } from '../namespaces/id-namespaces.ts';
import { closeMappedRoot, openMappedRoot } from './mapped-root.ts';
import { rootFolder } from '../start-plan.ts';

/**
 * Makes sure, by mounting one, that roots of layers in a folder can have the ids of containers (`RootfsMount.ids`).
 *
 * @param folder an existing folder on the file system of the layers.
 * @throws USERNS_REMAP_UNAVAILABLE
 */
export async function requireMappedRoots(
  launcher: Pick<Launcher, 'run'>,
  {
    folder,
    uids,
    gids,
  }: { readonly folder: string } & Readonly<Record<'uids' | 'gids', readonly IdMapping[]>>,
): Promise<void> {
  const runDir = await mkdtemp(`${folder}/probe-ids-`);
  const [lower, upper, work] = ['lower', 'upper', 'work'].map((name) => `${runDir}/${name}`);
  const p = new ProgramBuilder('mount a root with other ids');
  const namespaces = new IdNamespaces(p);
  openMappedRoot(
    p,
    {
      runDir,
      namespaces: { user: 'new' },
      rootfs: {
        type: 'overlay',
        lower: [lower ?? ''],
        upper: upper ?? '',
        work: work ?? '',
        ids: 'container',
      },
      overlayOptions: [],
      spec: { linux: { uidMappings: uids, gidMappings: gids } },
    },
    namespaces,
  );
  closeMappedRoot(p);
  try {
    for (const name of ['lower', 'upper', 'work', rootFolder]) await mkdir(`${runDir}/${name}`);
    await launcher.run(p);
  } catch (error) {
    throw new BerthError('USERNS_REMAP_UNAVAILABLE', {
      message: `"userns-remap" cannot be had here: ${messageOf(error)}`,
      remedy:
        'It takes Linux 5.19, and a data root on a file system whose mounts can have other ids: ext4, xfs, btrfs, or tmpfs since Linux 6.3. Otherwise take it out of daemon.json.',
      details: { folder },
      cause: error,
    });
  } finally {
    await removeTree(runDir);
  }
}
