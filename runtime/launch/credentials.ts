import type { Process } from '../spec/process.ts';
import {
  LINUX_CAPABILITY_VERSION_3,
  PR_CAP_AMBIENT,
  PR_CAP_AMBIENT_CLEAR_ALL,
  PR_CAP_AMBIENT_RAISE,
  PR_CAPBSET_DROP,
  PR_SET_KEEPCAPS,
} from '../syscall/constants/process.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { capabilityMasks, type CapabilityMasks } from './capabilities.ts';

/**
 * Takes on the user, the groups and exactly the capabilities of the container's program.
 *
 * The order matters: the bounding set while CAP_SETPCAP is there; the user with keepcaps, because otherwise the change
 * of user takes all capabilities; the sets themselves last (capabilities(7), "Effect of user ID changes").
 */
export function becomeUser(p: ProgramBuilder, process: Process, lastCapability: number): void {
  const masks = process.capabilities && capabilityMasks(process.capabilities, lastCapability);
  if (masks) dropBoundingSet(p, masks.bounding, lastCapability);

  const { uid, gid, additionalGids } = process.user;
  p.call('keep capabilities', 'prctl', [PR_SET_KEEPCAPS, 1]);
  setGroups(p, additionalGids);
  p.call(`become group ${gid}`, 'setresgid', [gid, gid, gid]);
  p.call(`become user ${uid}`, 'setresuid', [uid, uid, uid]);
  p.call('keep capabilities no longer', 'prctl', [PR_SET_KEEPCAPS, 0]);
  if (masks) setCapabilities(p, masks);
}

function setGroups(p: ProgramBuilder, groups: readonly number[]): void {
  const list = p.bytes(Buffer.from(Uint32Array.from(groups).buffer));
  p.call('set the groups', 'setgroups', [groups.length, list]);
}

function dropBoundingSet(p: ProgramBuilder, bounding: bigint, lastCapability: number): void {
  for (let number = 0; number <= lastCapability; number += 1) {
    if ((bounding >> BigInt(number)) & 1n) continue;
    p.call(`drop capability ${number}`, 'prctl', [PR_CAPBSET_DROP, number]);
  }
}

/** capset(2): a header {version, pid} and two structs {effective, permitted, inheritable} of 32 bits each. */
function setCapabilities(p: ProgramBuilder, masks: CapabilityMasks): void {
  const header = p.bytes(Buffer.from(Uint32Array.of(LINUX_CAPABILITY_VERSION_3, 0).buffer));
  const sets = [masks.effective, masks.permitted, masks.inheritable];
  const words = [0n, 32n].flatMap((shift) =>
    sets.map((set) => Number((set >> shift) & 0xffffffffn)),
  );
  const data = p.bytes(Buffer.from(Uint32Array.from(words).buffer));
  p.call('set the capabilities', 'capset', [header, data]);

  // Before Linux 4.3 there is no ambient set, which is then as good as empty.
  const onError = masks.ambient === 0n ? 'ignore' : 'fail';
  p.call(
    'clear the ambient capabilities',
    'prctl',
    [PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0],
    { onError },
  );
  for (let number = 0; number < 64; number += 1) {
    if (!((masks.ambient >> BigInt(number)) & 1n)) continue;
    p.call(`raise ambient capability ${number}`, 'prctl', [
      PR_CAP_AMBIENT,
      PR_CAP_AMBIENT_RAISE,
      number,
      0,
      0,
    ]);
  }
}
