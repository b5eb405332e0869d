import type { Process } from '../../spec/process.ts';
import {
  LINUX_CAPABILITY_VERSION_3,
  PR_CAP_AMBIENT,
  PR_CAP_AMBIENT_CLEAR_ALL,
  PR_CAP_AMBIENT_RAISE,
  PR_CAPBSET_DROP,
  PR_SET_KEEPCAPS,
} from '../../syscall/constants/process.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { capabilityMasks, type CapabilityMasks } from './capabilities.ts';

/**
 * Takes on the user, the groups and exactly the capabilities of the container's program.
 *
 * The order matters: the bounding set while CAP_SETPCAP is there; the user with keepcaps, because otherwise the change
 * of user takes all capabilities; the sets themselves last (capabilities(7), "Effect of user ID changes").
 */
export function becomeUser(
  p: ProgramBuilder,
  process: Process,
  {
    lastCapability,
    inUserNamespace,
  }: {
    /** Highest capability number that the kernel knows. */
    readonly lastCapability: number;
    /** Whether the process is in another user namespace than berth. */
    readonly inUserNamespace: boolean;
  },
): void {
  const masks = process.capabilities && capabilityMasks(process.capabilities, lastCapability);
  if (masks) dropBoundingSet(p, masks.bounding, lastCapability);

  const { uid, gid, additionalGids } = process.user;
  p.call('keep capabilities', 'prctl', [PR_SET_KEEPCAPS, 1]);
  setGroups(p, additionalGids, inUserNamespace);
  p.call(`become group ${gid}`, 'setresgid', [gid, gid, gid]);
  p.call(`become user ${uid}`, 'setresuid', [uid, uid, uid]);
  p.call('keep capabilities no longer', 'prctl', [PR_SET_KEEPCAPS, 0]);
  if (masks) setCapabilities(p, masks);
}

function setGroups(p: ProgramBuilder, groups: readonly number[], inUserNamespace: boolean): void {
  const list = p.bytes(Buffer.from(Uint32Array.from(groups).buffer));
  const done = p.label();
  const label = 'set the groups of process.user.additionalGids';
  const onError = inUserNamespace && groups.length === 0 ? 'ignore' : 'fail';
  const result = p.call(label, 'setgroups', [groups.length, list], { onError });
  if (onError === 'fail') return;
  // A namespace where nobody may change groups keeps those that its maker had: their ids are nobody's in it.
  for (const allowed of [0, -errnoNumber('EPERM')]) p.jumpIf('eq', result, allowed, done);
  p.fail(label, p.compute('sub', 0, result));
  p.place(done);
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
