import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { exists } from '../../host/files.ts';
import { makeFolders } from '../../host/make-folders.ts';
import type { BindMount, ContainerMount } from '../model/container-mount.ts';

/**
 * Sees to it that what is to be bound is there: a missing source of `-v` is made a folder, one of `--mount` is an
 * error, as in Docker.
 *
 * @throws CONTAINER_CONFIG_INVALID, UNSUPPORTED_FIELD
 */
export async function prepareBinds(mounts: readonly ContainerMount[]): Promise<void> {
  for (const mount of mounts) {
    if (mount.kind === 'bind') await refuseLabels(mount.bind);
    if (mount.kind !== 'bind' || (await exists(mount.bind.source))) continue;
    const { source, missingSource } = mount.bind;
    if (missingSource === 'create-folder') {
      await makeSource(source);
      continue;
    }
    throw new BerthError('CONTAINER_CONFIG_INVALID', {
      message: `invalid mount config for type "bind": bind source path does not exist: ${source}`,
      remedy: 'Make the folder, or use "-v", which makes it.',
      details: { field: 'HostConfig.Mounts', value: source },
    });
  }
}

/** Where nothing is labelled there is nothing to do, as in Docker. @throws UNSUPPORTED_FIELD */
async function refuseLabels({ source, mode }: BindMount): Promise<void> {
  const option = mode.split(',').find((each) => each === 'z' || each === 'Z');
  if (option === undefined || !(await exists('/sys/fs/selinux/enforce'))) return;
  throw new BerthError('UNSUPPORTED_FIELD', {
    message: `HostConfig.Binds asks for SELinux relabelling of "${source}" with "${option}", which berth does not do yet`,
    remedy: `Leave "${option}" out, and label the folder with chcon(1).`,
    details: { field: 'HostConfig.Binds', value: source },
  });
}

async function makeSource(source: string): Promise<void> {
  try {
    await makeFolders(source, 0o755);
  } catch (cause) {
    throw new BerthError('CONTAINER_CONFIG_INVALID', {
      message: `error while creating mount source path '${source}': ${messageOf(cause)}`,
      remedy: 'Name a folder that is there, or a path where one can be made.',
      details: { field: 'HostConfig.Binds', value: source },
      cause,
    });
  }
}
