import { BerthError } from '../../errors/berth-error.ts';
import { listFolder, lstat, orIfMissing, stat } from '../../host/files.ts';
import type { BlockIo } from '../../spec/block-io.ts';
import type { Device, DeviceRule } from '../../spec/device.ts';
import type { HostConfig } from '../model/host-config.ts';
import { parseDeviceCgroupRule } from './device-cgroup-rule.ts';
import { deviceNumbers } from './device-numbers.ts';
import { blockIoResources } from './spec-block-io.ts';

/** Device nodes of a container, and what it may do with them. */
export interface ContainerDevices {
  readonly nodes: readonly Device[];
  readonly rules: readonly DeviceRule[];
  /** Shares and limits of disks; absent: none. */
  readonly blockIO?: BlockIo | undefined;
}

function character(major: number, minor: number): DeviceRule {
  return { allow: true, type: 'c', major, minor, access: 'rwm' };
}

const nothing: DeviceRule = { allow: false, type: 'a', access: 'rwm' };
const everything: DeviceRule = { allow: true, type: 'a', access: 'rwm' };

/**
 * What every container may use: all mknod(2), then null, zero, full, random, urandom, tty, console, ptmx and pts
 * (Linux 6.18, Documentation/admin-guide/devices.txt).
 */
const standardRules: readonly DeviceRule[] = [
  nothing,
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  character(1, 3),
  character(1, 5),
  character(1, 7),
  character(1, 8),
  character(1, 9),
  character(5, 0),
  character(5, 1),
  character(5, 2),
  { allow: true, type: 'c', major: 136, access: 'rwm' },
];

/** Places in /dev that every container has for itself, also a privileged one. */
const ownPlaces = ['console', 'fd', 'mqueue', 'pts', 'shm', 'stdin', 'stdout', 'stderr', 'ptmx'];

async function deviceAt(
  hostPath: string,
  containerPath: string,
  links: 'follow' | 'skip',
): Promise<Device | undefined> {
  const found = await orIfMissing(links === 'follow' ? stat(hostPath) : lstat(hostPath), undefined);
  if (found === undefined) return undefined;
  const type = found.isCharacterDevice() ? 'c' : found.isBlockDevice() ? 'b' : undefined;
  if (type === undefined) return undefined;
  const owner = { uid: found.uid, gid: found.gid, fileMode: found.mode & 0o7777 };
  return { path: containerPath, type, ...deviceNumbers(found.rdev), ...owner };
}

/** All devices of the host's /dev, for a privileged container. */
async function hostDevices(folder: string): Promise<readonly Device[]> {
  const names = await listFolder(folder);
  const found = await Promise.all(
    names.map(async (name) => {
      const path = `${folder}/${name}`;
      if (folder === '/dev' && ownPlaces.includes(name)) return [];
      const device = await deviceAt(path, path, 'skip');
      if (device !== undefined) return [device];
      const isFolder = (await orIfMissing(lstat(path), undefined))?.isDirectory() === true;
      return isFolder ? hostDevices(path) : [];
    }),
  );
  return found.flat();
}

async function mappedDevice(
  mapping: NonNullable<HostConfig['Devices']>[number],
): Promise<Pick<ContainerDevices, 'nodes' | 'rules'>> {
  const path = mapping.PathInContainer === '' ? mapping.PathOnHost : mapping.PathInContainer;
  const node = await deviceAt(mapping.PathOnHost, path, 'follow');
  if (node === undefined || node.type === 'p' || node.type === 'u') {
    const isThere = (await orIfMissing(stat(mapping.PathOnHost), undefined)) !== undefined;
    const why = isThere ? 'not a device node' : 'no such file or directory';
    throw new BerthError('CONTAINER_CONFIG_INVALID', {
      message: `error gathering device information while adding custom device "${mapping.PathOnHost}": ${why}`,
      remedy: 'Give the path of a character or block device of the host in HostConfig.Devices.',
      details: { field: 'HostConfig.Devices', value: mapping.PathOnHost },
    });
  }
  const access = mapping.CgroupPermissions === '' ? 'rwm' : mapping.CgroupPermissions;
  const numbers = { major: node.major, minor: node.minor };
  return { nodes: [node], rules: [{ allow: true, type: node.type, ...numbers, access }] };
}

/**
 * The devices of a container besides those that every one has.
 *
 * @throws CONTAINER_CONFIG_INVALID a mapped path is no device, that of a limit no disk
 */
export async function containerDevices(hostConfig: HostConfig): Promise<ContainerDevices> {
  const blockIO = await blockIoResources(hostConfig);
  const mapped = await Promise.all((hostConfig.Devices ?? []).map(mappedDevice));
  if (hostConfig.Privileged) {
    const own = await hostDevices('/dev');
    const taken = new Set(own.map(({ path }) => path));
    const more = mapped.flatMap(({ nodes }) => nodes).filter(({ path }) => !taken.has(path));
    return { nodes: [...own, ...more], rules: [everything], blockIO };
  }
  const asked = (hostConfig.DeviceCgroupRules ?? []).flatMap(
    (text) => parseDeviceCgroupRule(text) ?? [],
  );
  return {
    nodes: mapped.flatMap(({ nodes }) => nodes),
    rules: [...standardRules, ...mapped.flatMap(({ rules }) => rules), ...asked],
    blockIO,
  };
}
