import type { CgroupFreezer, CgroupPlan, CgroupWrite } from '../../cgroup/cgroup-plan.ts';
import { AT_FDCWD, O_CLOEXEC, O_RDONLY, O_WRONLY } from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { OnError } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { attachDeviceProgram } from './device-program.ts';

/** Modes of new folders. The sticky bit of one that containers share says that berth has made it (remove-cgroups.ts). */
const modes = { own: 0o755, shared: 0o1755 } as const;

/** How often folders are made again that somebody has removed meanwhile. */
const maxAttempts = 1000;

/** Makes a container's cgroups and sets their limits: steps 1 to 3 of `CgroupPlan`. */
export function makeCgroups(p: ProgramBuilder, cgroup: CgroupPlan): void {
  makeFolders(p, cgroup);
  if (cgroup.freezer) refuseFrozen(p, cgroup.freezer);
  for (const write of cgroup.writes) addWrite(p, write);
  if (cgroup.deviceProgram) attachDeviceProgram(p, cgroup.deviceProgram);
}

/**
 * What is there already is fine; a folder that could not be made shows in the write that follows. One that containers share
 * goes with the last of them, which may be between its own making and that of the folder below: then all is done again.
 */
function makeFolders(p: ProgramBuilder, { create, remove }: CgroupPlan): void {
  const own = new Set(remove);
  const [again, lost, made] = [p.label(), p.label(), p.label()];
  const attempts = p.value(p.reserve(8));
  p.set(attempts, maxAttempts);
  p.place(again);
  for (const folder of create) {
    const mode = own.has(folder) ? modes.own : modes.shared;
    const args = [AT_FDCWD, p.string(folder), mode];
    const result = p.call(`make the cgroup ${folder}`, 'mkdirat', args, { onError: 'ignore' });
    if (own.has(folder)) p.jumpIf('eq', result, -errnoNumber('ENOENT'), lost);
  }
  p.jump(made);
  p.place(lost);
  p.set(attempts, p.compute('sub', attempts, 1));
  p.jumpIf('ne', attempts, 0, again);
  p.place(made);
}

/** Who joins a frozen cgroup stands still there, and whoever waits for it with it: somebody else has stopped that one. */
function refuseFrozen(p: ProgramBuilder, { file, freeze }: CgroupFreezer): void {
  const thawed = p.label();
  const label = 'look whether the cgroup is frozen';
  const buffer = p.reserve(16);
  const path = p.string(file);
  const fd = p.call(label, 'openat', [AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0], {
    onError: thawed,
  });
  p.call(label, 'read', [fd, buffer, 16], { onError: 'ignore' });
  p.call(label, 'close', [fd]);
  for (const [i, byte] of Buffer.from(freeze).entries())
    p.jumpIf('ne', p.load(8, p.compute('add', buffer, i)), byte, thawed);
  p.fail("container's cgroup unexpectedly frozen", errnoNumber('EBUSY'));
  p.place(thawed);
}

function addWrite(p: ProgramBuilder, write: CgroupWrite): void {
  const { file, value, label, onError, orElse } = write;
  const open = (otherwise: OnError): ReturnType<ProgramBuilder['call']> =>
    p.call(label, 'openat', [AT_FDCWD, p.string(file), O_WRONLY | O_CLOEXEC, 0], {
      onError: otherwise,
    });
  const length = Buffer.byteLength(value);
  if (orElse === undefined) {
    const fd = open(onError);
    p.call(label, 'write', [fd, p.string(value), length], { onError });
    p.call(label, 'close', [fd], { onError });
    return;
  }
  const [failed, done] = [p.label(), p.label()];
  const fd = open(failed);
  const written = p.call(label, 'write', [fd, p.string(value), length], { onError: 'ignore' });
  p.call(label, 'close', [fd], { onError: 'ignore' });
  p.jumpIf('ge', written, 0, done);
  p.place(failed);
  addWrite(p, orElse);
  p.place(done);
}
