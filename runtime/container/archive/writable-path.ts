import { BerthError } from '../../errors/berth-error.ts';
import { destinationOf } from '../model/container-mount.ts';
import type { ContainerMount } from '../model/container-mount.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { mountsOf } from '../spec/container-mounts.ts';
import type { OpenFiles } from './open-files.ts';

/**
 * Refuses to write where a container may not, in Docker's words. The kernel would, too: what is read-only is mounted so.
 *
 * @param path absolute, without links
 * @throws CONTAINER_PATH_INVALID
 */
export function refuseReadOnly(
  record: ContainerRecord,
  path: string,
  container: OpenFiles['container'],
): void {
  const mount = mountsOf(record)
    // The memory file systems of a container that does not run are not there.
    .filter(({ kind }) => kind !== 'tmpfs' || container === 'running')
    .filter((each) => isWithin(destinationOf(each), path))
    .toSorted((a, b) => destinationOf(b).length - destinationOf(a).length)[0];
  if (mount !== undefined) {
    if (isReadOnly(mount)) throw readOnly('mounted volume is marked read-only', path);
  } else if (record.hostConfig.ReadonlyRootfs) {
    throw readOnly('container rootfs is marked read-only', path);
  }
}

function isReadOnly(mount: ContainerMount): boolean {
  switch (mount.kind) {
    case 'tmpfs':
      return mount.tmpfs.options.lastIndexOf('ro') > mount.tmpfs.options.lastIndexOf('rw');
    case 'volume':
      return mount.volume.access === 'ro';
    case 'bind':
      return mount.bind.access === 'ro';
    case 'image':
      return true;
  }
}

function isWithin(folder: string, path: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

function readOnly(message: string, path: string): BerthError {
  return new BerthError('CONTAINER_PATH_INVALID', {
    message,
    remedy: 'Copy to a volume or folder that can be written to.',
    details: { path },
  });
}
