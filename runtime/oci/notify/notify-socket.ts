import { mkdir } from '../../host/files.ts';
import { notifySocketName } from '../../launch/channels/notify-listener.ts';
import type { Spec } from '../../spec/spec.ts';
import type { OciLog } from '../log.ts';
import type { ContainerFolder } from '../state/container-folder.ts';

/** Where the container finds the folder with the socket; runc's. */
const folderInContainer = '/run/notify';

/** As `socketOption`: an abstract name has its "@" in place of the first NUL. */
const longestName = 107;

/**
 * The socket of the service manager that this command was called by (sd_notify(3)). One that cannot be meant for a program
 * of this host is left out, with a warning.
 */
export function hostNotifySocket(log: OciLog): string | undefined {
  const { NOTIFY_SOCKET: name = '' } = process.env;
  if (name === '') return undefined;
  if (/^[/@]./.test(name) && Buffer.byteLength(name) <= longestName) return name;
  log.warn(
    `NOTIFY_SOCKET "${name}" is left out: wanted a path from "/", or "@" and an abstract name, of at most ${longestName} bytes.`,
  );
  return undefined;
}

/** The folder that the container sees, on the host. */
export const notifyFolder = ({ path }: ContainerFolder): string => `${path}/notify`;

/** Makes that folder. The socket comes with the start. */
export async function makeNotifyFolder(folder: ContainerFolder): Promise<void> {
  await mkdir(notifyFolder(folder), { mode: 0o755 });
}

/** The config of a container that may tell the service manager that it is ready: runc's mount and variable. */
export function withNotifySocket(spec: Spec, folder: ContainerFolder): Spec {
  const mount = {
    destination: folderInContainer,
    type: 'bind',
    source: notifyFolder(folder),
    options: ['bind', 'nosuid', 'noexec', 'nodev', 'ro'],
    uidMappings: [],
    gidMappings: [],
  };
  const env = [...spec.process.env, `NOTIFY_SOCKET=${folderInContainer}/${notifySocketName}`];
  return { ...spec, mounts: [...spec.mounts, mount], process: { ...spec.process, env } };
}
