import { requireWritable } from '../../host/disk-error.ts';
import { exists } from '../../host/files.ts';
import { makeFolders } from '../../host/make-folders.ts';
import type { Mount } from '../../spec/mount.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { idRemapOf } from '../lifecycle/id-remap.ts';
import type { FilesView } from '../ports.ts';
import { buildSpec } from '../spec/build-spec.ts';
import { readSubmounts } from '../spec/submounts.ts';

/** Nobody runs as that one: there is no program. */
const root = { uid: 0, gid: 0, additionalGids: [], home: '/' };

/** The files of a container that does not run, with its volumes and binds as a start would mount them. */
export async function stoppedView(state: EngineState, container: Container): Promise<FilesView> {
  const { record } = container;
  const folder = state.folder(container);
  const rootfs = await state.ports.snapshots.containerRootfs(record.id);
  // An overlay there is refused with EINVAL only.
  await requireWritable(folder.folder);
  // The next start makes the run folder anew, and this one with it.
  const runDir = `${folder.runFolder}/files`;
  await makeFolders(runDir, 0o700);
  const spec = buildSpec({
    ...{ record, folder, user: root, devices: { nodes: [], rules: [] } },
    idRemap: idRemapOf(state, record),
    available: state.capabilities,
    hasSubmounts: await readSubmounts(),
    volumePath: (name) => state.volumes.dataPath(name),
  });
  const own = [folder.resolvConf, folder.hostname, folder.hosts, folder.shm];
  const written = await Promise.all(own.map(exists));
  // A container that was never started has none of these yet.
  const missing = own.filter((_, i) => written[i] === false);
  const isThere = ({ source = '' }: Mount): boolean => !missing.includes(source);
  return {
    kind: 'stopped',
    id: record.id,
    spec: { ...spec, mounts: spec.mounts.filter(isThere) },
    rootfs: rootfs.type === 'overlay' ? { ...rootfs, ids: 'container' } : rootfs,
    runDir,
  };
}
