import { defaultCgroupPath } from '../cgroup/cgroup-path.ts';
import { detectCgroups } from '../cgroup/detect.ts';
import { planCgroup } from '../cgroup/plan.ts';
import { exists, listFolder, readTextIfExists } from '../host/files.ts';
import { removeTree } from '../host/remove-tree.ts';
import { isAlive } from '../host/process-identity.ts';
import { parseSpecText } from '../spec/parse-spec.ts';
import type { OciContext } from './command.ts';
import { storedCgroup } from './stored-cgroup.ts';
import { removeContainer } from './remove-container.ts';
import type { ContainerFolder } from './state/container-folder.ts';
import { parseState, type StoredCgroup, type StoredState } from './state/stored-state.ts';

/**
 * The state of a container, with the cgroups that it has or would have got: one whose making was interrupted has not written
 * them down.
 */
export async function remainingState(
  folder: ContainerFolder,
  state: StoredState,
): Promise<StoredState> {
  return state.phase === 'created' ? state : { ...state, cgroup: await expectedCgroup(folder) };
}

/** Removes what is left of a container whose state cannot be read: all that its config, or its id, says it would have. */
export async function removeRemains(context: OciContext, folder: ContainerFolder): Promise<void> {
  if (await exists(folder.path)) {
    await removeContainer(
      folder,
      {
        id: folder.id,
        ociVersion: '',
        // Its process is not known, but in its cgroups.
        phase: 'creating',
        process: { pid: 0, startTime: '' },
        bundle: '',
        rootfs: '',
        created: '',
        annotations: {},
        cgroup: await expectedCgroup(folder),
        sharesPids: true,
        lateHooks: [],
      },
      context.log,
    );
  }
  // What a killed `delete` was about to remove, or a killed `create` to begin with.
  const left = (await listFolder(context.root)).filter((name) => name.startsWith(`${folder.id}~`));
  for (const name of left) {
    const path = `${context.root}/${name}`;
    if (!(await isBegun(path))) await removeTree(path);
  }
}

/** Whether somebody is about to make a container of it this moment. */
async function isBegun(path: string): Promise<boolean> {
  const text = await readTextIfExists(`${path}/state.json`);
  try {
    if (text === undefined) return false;
    const { phase, process } = parseState(text, path);
    return phase === 'creating' && (await isAlive(process));
  } catch {
    return false;
  }
}

async function expectedCgroup(folder: ContainerFolder): Promise<StoredCgroup> {
  const text = await readTextIfExists(folder.configFile);
  let path = defaultCgroupPath(folder.id);
  try {
    if (text !== undefined) path = parseSpecText(text).linux.cgroupsPath ?? path;
  } catch {
    // The config is as broken as the state: then it is the default.
  }
  return storedCgroup(planCgroup({ layout: await detectCgroups(), path }));
}
