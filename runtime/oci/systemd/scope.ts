import { PR_SET_PDEATHSIG, SIGKILL } from '../../syscall/constants/process.ts';
import { Launcher } from '../../syscall/launcher.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { dbus } from '../../host/dbus/dbus-value.ts';
import { SystemdManager, type UnitProperty } from './systemd-manager.ts';
import type { ScopeName } from './unit-name.ts';

/** A scope to start. */
export interface ScopeRequest extends ScopeName {
  readonly id: string;
  readonly cgroups: 'v1' | 'v2';
  /** Limits, and what annotations name; the last of a name counts. */
  readonly properties: (version: number) => readonly UnitProperty[];
}

/** A scope that is there and waits for its container. */
export interface HeldScope {
  /** Its cgroup, from the mount: a `linux.cgroupsPath`. */
  readonly cgroupsPath: string;
  /** Leaves it to the container's first process, which is in it. */
  readonly leaveTo: (pid: number) => Promise<void>;
  /** Lets go of it; without anybody in it it ends. */
  readonly release: () => Promise<void>;
}

/**
 * Starts a scope for a container. systemd makes none without a process, and ends it with the last one: a process of ours
 * holds it until the container's own is in it. That one ends with berth, so a berth that is killed leaves no scope.
 *
 * @throws OCI_SYSTEMD_UNAVAILABLE, OCI_SYSTEMD_REFUSED
 */
export async function holdScope(request: ScopeRequest): Promise<HeldScope> {
  const { unit } = request;
  const systemd = await SystemdManager.connect();
  let launcher: Launcher | undefined;
  const release = async (): Promise<void> => {
    systemd.close();
    await launcher?.stop();
    launcher = undefined;
  };
  try {
    launcher = await Launcher.start();
    const { pid } = await launcher.spawn(holder(unit));
    const properties = request.properties(await systemd.version());
    await systemd.startTransient(unit, [...scopeProperties(request, pid), ...properties]);
    return {
      cgroupsPath: await systemd.controlGroup(unit),
      leaveTo: async (first) => {
        // With v1 there is a hierarchy of systemd's own, which decides whether a scope is empty.
        if (request.cgroups === 'v1') await systemd.attach(unit, [first]);
        await release();
      },
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** What every scope of a container has: https://github.com/opencontainers/cgroups/blob/v0.1.0/systemd/v2.go (Apply). */
export function scopeProperties(
  { slice, id }: Pick<ScopeRequest, 'slice' | 'id'>,
  pid: number,
): readonly UnitProperty[] {
  const accounting = ['MemoryAccounting', 'CPUAccounting', 'IOAccounting', 'TasksAccounting'];
  return [
    { name: 'Description', value: dbus.string(`berth container ${id}`) },
    { name: 'Slice', value: dbus.string(slice) },
    { name: 'PIDs', value: dbus.array('u', [dbus.uint32(pid)]) },
    // What is below the scope is the container's, and systemd leaves it alone.
    { name: 'Delegate', value: dbus.boolean(true) },
    ...accounting.map((name) => ({ name, value: dbus.boolean(true) })),
    // The engine above says when it ends, also while the host goes down.
    { name: 'DefaultDependencies', value: dbus.boolean(false) },
  ];
}

/** A process that does nothing until it is killed, or who started it ends. */
function holder(unit: string): ProgramBuilder {
  const p = new ProgramBuilder(`hold ${unit}`);
  p.call('end with the launcher', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  const answer = p.reserve(8);
  p.reply(answer, 8);
  p.call('wait', 'ppoll', [0, 0, 0, 0, 0]);
  return p;
}

/** Stops the unit of a container that has ended, and lets systemd forget it; where systemd is gone there is none. */
export async function stopUnit(unit: string): Promise<void> {
  const systemd = await SystemdManager.connect();
  try {
    await systemd.stop(unit);
    await systemd.resetFailed(unit);
  } finally {
    systemd.close();
  }
}
