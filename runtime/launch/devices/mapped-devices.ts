import { posix } from 'node:path';
import type { Device } from '../../spec/device.ts';
import type { IdMapping } from '../../spec/id-mappings.ts';
import { CLONE_FILES, CLONE_NEWNS } from '../../syscall/constants/clone.ts';
import { AT_FDCWD, O_CLOEXEC, O_CREAT, O_NOFOLLOW } from '../../syscall/constants/fs.ts';
import {
  MOVE_MOUNT_F_EMPTY_PATH,
  MS_NOEXEC,
  MS_NOSUID,
  MS_PRIVATE,
  MS_REC,
  OPEN_TREE_CLONE,
} from '../../syscall/constants/mount.ts';
import { SIGCHLD } from '../../syscall/constants/process.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Label } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { deviceNumber, fileTypes } from './device-node.ts';
import { destinationDescriptor, deviceDescriptors } from '../mounts/host-descriptors.ts';
import type { StartPlan } from '../start-plan.ts';

/** What of a plan such devices depend on. */
interface MappedDevices extends Pick<StartPlan, 'spec' | 'runDir' | 'clonesSources'> {
  readonly namespaces: Pick<StartPlan['namespaces'], 'user'>;
}

/**
 * The devices of a config that are made outside of the container's user namespace, since nobody in there may make a
 * node: one that the host lacks, or with another mode or owner than the host's. Those that do not fit are bound from the host.
 */
function mappedDevices(plan: MappedDevices): readonly Device[] {
  const { namespaces, clonesSources, spec } = plan;
  // Of one that is joined a config need not say which ids it has.
  const knowsIds = namespaces.user === 'new' || spec.linux.uidMappings.length > 0;
  if (namespaces.user === 'host' || !knowsIds || !clonesSources) return [];
  return spec.linux.devices.slice(0, deviceDescriptors.count);
}

/** The descriptor of a device by its place in the config; absent when it is not made outside. */
export function mappedDevice(plan: MappedDevices, index: number): number | undefined {
  return index < mappedDevices(plan).length ? deviceDescriptors.first + index : undefined;
}

/**
 * Makes those devices before the container is forked, by a process of our rights in mounts of its own, which are gone with
 * it; what is left is a descriptor for each, of a mount with nothing but the node, that the container inherits.
 */
export function openMappedDevices(p: ProgramBuilder, plan: MappedDevices): void {
  const devices = mappedDevices(plan);
  if (devices.length === 0) return;
  const label = 'make the devices outside of the user namespace';
  const waiting = p.label();
  const process = p.call(label, 'clone', [CLONE_FILES | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0]);
  p.jumpIf('ne', process, 0, waiting);
  p.call(label, 'mount', [0, p.string('/'), 0, MS_PRIVATE | MS_REC, 0]);
  const tmpfs = p.string('tmpfs');
  const flags = MS_NOSUID | MS_NOEXEC;
  p.call(label, 'mount', [tmpfs, p.string(plan.runDir), tmpfs, flags, p.string('mode=700')]);
  p.call(label, 'umask', [0]);
  for (const [index, device] of devices.entries()) makeDevice(p, plan, { device, index });
  p.exit(0);

  p.place(waiting);
  const [made, status] = [p.label(), p.reserve(8)];
  p.call(label, 'wait4', [process, status, 0, 0]);
  p.jumpIf('eq', p.value32(status), 0, made);
  // It has said itself what went wrong.
  p.exit(1);
  p.place(made);
}

function makeDevice(
  p: ProgramBuilder,
  { spec, runDir }: MappedDevices,
  { device, index }: { readonly device: Device; readonly index: number },
): void {
  const { type, fileMode = 0o666, uid = 0, gid = 0 } = device;
  const { uidMappings, gidMappings } = spec.linux;
  const label = `make linux.devices[${index}], ${device.path}`;
  const path = p.string(`${runDir}/${index}`);
  const [refused, done] = [p.label(), p.label()];
  const mode = fileTypes[type] | (fileMode & 0o7777);
  const args = [AT_FDCWD, path, mode, deviceNumber(device)];
  const node = p.call(label, 'mknodat', args, { onError: refused });
  const [owner, group] = [hostId(uidMappings, uid), hostId(gidMappings, gid)];
  if (owner !== 0 || group !== 0)
    p.call(`set the owner of linux.devices[${index}]`, 'fchownat', [
      AT_FDCWD,
      path,
      owner,
      group,
      0,
    ]);
  const tree = p.call(label, 'open_tree', [AT_FDCWD, path, OPEN_TREE_CLONE | O_CLOEXEC]);
  p.call(label, 'dup3', [tree, deviceDescriptors.first + index, O_CLOEXEC]);
  p.call(label, 'close', [tree]);
  p.jump(done);
  p.place(refused);
  // Berth is in a user namespace itself: then it is bound from where berth sees it.
  p.jumpIf('eq', node, -errnoNumber('EPERM'), done);
  p.fail(label, p.compute('sub', 0, node));
  p.place(done);
}

/** An id of the container on the host; one that it does not have stays nobody's: -1 is "leave it" to chown(2). */
function hostId(mappings: readonly IdMapping[], id: number): number {
  const found = mappings.find(
    ({ containerID, size }) => id >= containerID && id < containerID + size,
  );
  return found === undefined ? -1 : found.hostID + id - found.containerID;
}

/** Puts a device into the folder that is the current destination. */
export function placeMappedDevice(
  p: ProgramBuilder,
  { path, label, descriptor }: { path: string; label: string; descriptor: number },
  { done }: { readonly done: Label },
): void {
  const name = p.string(posix.basename(path));
  const [missing, placed] = [p.label(), p.label()];
  const create = [destinationDescriptor, name, O_NOFOLLOW.or(O_CREAT | O_CLOEXEC), 0o644];
  const file = p.call('make a file for a device', 'openat', create, { onError: 'ignore' });
  p.call('make a file for a device', 'close', [file], { onError: 'ignore' });
  const args = [descriptor, p.string(''), destinationDescriptor, name, MOVE_MOUNT_F_EMPTY_PATH];
  const moved = p.call(`make ${label}`, 'move_mount', args, { onError: missing });
  p.jump(placed);
  p.place(missing);
  const bound = p.label();
  // Nobody could make it.
  p.jumpIf('eq', moved, -errnoNumber('EBADF'), bound);
  p.fail(`make ${label}`, p.compute('sub', 0, moved));
  p.place(placed);
  p.call('close a device', 'close', [descriptor]);
  p.jump(done);
  p.place(bound);
}

/** Closes them where they are not needed. */
export function closeMappedDevices(p: ProgramBuilder, plan: MappedDevices): void {
  for (const index of mappedDevices(plan).keys())
    p.call('close a device', 'close', [deviceDescriptors.first + index], { onError: 'ignore' });
}
