import { posix } from 'node:path';
import type { Mount } from '../spec/mount.ts';
import { AT_FDCWD, CLOSE_RANGE_CLOEXEC, O_CLOEXEC, O_WRONLY } from '../syscall/constants/fs.ts';
import { CLONE_NEWCGROUP } from '../syscall/constants/clone.ts';
import {
  KEYCTL_JOIN_SESSION_KEYRING,
  PR_SET_DUMPABLE,
  PR_SET_NO_NEW_PRIVS,
  PR_SET_PDEATHSIG,
  SIG_SETMASK,
  SIGKILL,
  SIGSET_SIZE,
} from '../syscall/constants/process.ts';
import { errnoNumber } from '../syscall/errno.ts';
import type { Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { addCgroupMount, isCgroupMount } from './cgroup-mount.ts';
import { becomeUser } from './credentials.ts';
import {
  bindHostDevices,
  devicesOf,
  makeDeviceLinks,
  makeDevices,
  openHostDevices,
} from './devices.ts';
import { execute } from './execute.ts';
import { makeFolders } from './folders.ts';
import { HostDescriptors } from './host-descriptors.ts';
import { setIoPriority } from './io-priority.ts';
import { joinOwnCgroups, joinsItself } from './join-cgroups.ts';
import { bringUpLoopback } from './loopback.ts';
import { addMount, openSources } from './mounts.ts';
import { joinNamespaces } from './namespaces.ts';
import { setPersonality } from './personality.ts';
import { makeReadOnly, maskPaths } from './protected-paths.ts';
import {
  enterRoot,
  isolateMounts,
  leaveHost,
  makeRootReadOnly,
  mountRoot,
} from './root-file-system.ts';
import { setScheduler } from './scheduler.ts';
import { installFilter } from './seccomp-filter.ts';
import { setSecurityLabels } from './security-labels.ts';
import { rootFolder, type StartPlan } from './start-plan.ts';
import { type ContainerStreams, useStreams } from './streams.ts';
import { awaitGo } from './sync-channel.ts';
import { enterTimeNamespace } from './time-namespace.ts';

/** What the container's first process gets from the monitor that forked it. */
export interface ContainerProcessInput {
  readonly plan: StartPlan;
  /** Its end of the start-up channel. */
  readonly sync: Ref;
  readonly streams: ContainerStreams;
}

/**
 * The steps of the container's first process, from the fork in new namespaces to execve(2). A failure is reported on
 * the start-up channel, whose closing on exec is the sign of success.
 */
export function buildContainerProcess(p: ProgramBuilder, input: ContainerProcessInput): void {
  const { plan, sync } = input;
  p.set(p.replyFd, sync);
  p.call('end with the monitor', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  p.call('start a session', 'setsid', []);
  if (joinsItself(plan)) joinOwnCgroups(p, plan);
  if (plan.namespaces.newTime) enterTimeNamespace(p, plan.spec.linux.timeOffsets);
  if (plan.namespaces.newUser) becomeMappedRoot(p, sync);
  joinNamespaces(p, plan.namespaces);

  p.call('clear the umask', 'umask', [0]);
  buildFileSystem(p, input);
  const { spec } = plan;
  if (spec.hostname !== undefined) setName(p, 'sethostname', spec.hostname);
  if (spec.domainname !== undefined) setName(p, 'setdomainname', spec.domainname);
  if (plan.namespaces.newNetwork) bringUpLoopback(p);

  setLimits(p, plan);
  startProgram(p, plan, sync);
}

/** Waits until the ids are mapped, then becomes root of the new user namespace (user_namespaces(7)). */
function becomeMappedRoot(p: ProgramBuilder, sync: Ref): void {
  awaitGo(p, sync);
  p.call('become root of the user namespace', 'setresgid', [0, 0, 0]);
  p.call('become root of the user namespace', 'setresuid', [0, 0, 0]);
}

function buildFileSystem(p: ProgramBuilder, input: ContainerProcessInput): void {
  const { plan } = input;
  const { spec } = plan;
  const target = `${plan.runDir}/${rootFolder}`;
  isolateMounts(p);
  mountRoot(p, plan, target);

  const host = new HostDescriptors(p);
  const sources = openSources(host, spec.mounts, plan.sourceKinds);
  const devices = devicesOf(spec.linux.devices);
  const hostDevices = plan.namespaces.newUser ? openHostDevices(host, devices) : undefined;
  const hostRoot = enterRoot(p, target);

  // The image may have links to /proc/self/fd or /proc/self/cwd, which would lead out as long as something of the host
  // is open: as long as paths of the image are walked there is no procfs that could make sense of them.
  const { first, last } = procMountsLast(spec.mounts);
  const label = spec.linux.mountLabel;
  for (const mount of first) addMount(p, mount, { host, source: sources.get(mount), label });
  if (hostDevices) bindHostDevices(p, devices, { host, opened: hostDevices });
  else makeDevices(p, devices);
  // Right after it was made: an inode of the container's own, so that nothing it does to a mask reaches the host's.
  const nullDevice = host.openInside('/dev/null');
  makeDeviceLinks(p);
  makeFolders(p, spec.process.cwd);
  mountCgroups(p, input);
  useStreams(p, input.streams, {
    user: spec.process.user.uid,
    consoleSize: spec.process.consoleSize,
    sync: input.sync,
  });

  for (const mount of last) addMount(p, mount, { host, source: sources.get(mount), label });
  tuneKernel(p, plan);
  setSecurityLabels(p, spec.process);
  makeReadOnly(p, spec.linux.readonlyPaths);
  maskPaths(p, spec.linux.maskedPaths, { host, nullDevice, label });
  host.closeAll();
  leaveHost(p, hostRoot, target);
  if (spec.root.readonly) makeRootReadOnly(p);
}

/** Splits the mounts: those on /proc and below come last, the others keep their order before them. */
function procMountsLast(mounts: readonly Mount[]): {
  readonly first: readonly Mount[];
  readonly last: readonly Mount[];
} {
  const isProc = ({ type, destination }: Mount): boolean =>
    type === 'proc' || `${posix.normalize(destination)}/`.startsWith('/proc/');
  const rest = mounts.filter((mount) => !isCgroupMount(mount));
  return { first: rest.filter((mount) => !isProc(mount)), last: rest.filter(isProc) };
}

/** Waits until the process is in its cgroups; what it sees of them from then on begins there (cgroup_namespaces(7)). */
function mountCgroups(p: ProgramBuilder, { plan, sync }: ContainerProcessInput): void {
  awaitGo(p, sync);
  if (plan.namespaces.newCgroup) p.call('make the cgroup namespace', 'unshare', [CLONE_NEWCGROUP]);
  for (const mount of plan.spec.mounts.filter(isCgroupMount)) {
    const { mountLabel: label } = plan.spec.linux;
    addCgroupMount(p, mount, { hierarchies: plan.cgroup.hierarchies, label });
  }
}

/** Writes what is set through procfs: the OOM score through the host's, sysctls through the container's own. */
function tuneKernel(p: ProgramBuilder, { oomScoreAdj, spec }: StartPlan): void {
  if (oomScoreAdj !== undefined) writeFile(p, 'proc/self/oom_score_adj', String(oomScoreAdj));
  for (const [name, value] of Object.entries(spec.linux.sysctl)) {
    writeFile(p, `/proc/sys/${name.replaceAll('.', '/')}`, value);
  }
}

function setName(p: ProgramBuilder, call: 'sethostname' | 'setdomainname', name: string): void {
  p.call(`${call} ${name}`, call, [p.string(name), Buffer.byteLength(name)]);
}

function writeFile(p: ProgramBuilder, path: string, value: string): void {
  const label = `write ${value} to ${path}`;
  const fd = p.call(label, 'openat', [AT_FDCWD, p.string(path), O_WRONLY | O_CLOEXEC, 0]);
  p.call(label, 'write', [fd, p.string(value), Buffer.byteLength(value)]);
  p.call(label, 'close', [fd]);
}

function setLimits(p: ProgramBuilder, { rlimits }: StartPlan): void {
  for (const { resource, soft, hard } of rlimits) {
    const limit = p.bytes(Buffer.from(BigUint64Array.of(soft, hard).buffer));
    p.call(`set resource limit ${resource}`, 'prlimit64', [0, resource, limit, 0]);
  }
}

function startProgram(p: ProgramBuilder, plan: StartPlan, sync: Ref): void {
  const { process } = plan.spec;
  // A kernel without keyrings, or one whose quota is used up, runs containers all the same.
  p.call('join a keyring', 'keyctl', [KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0], {
    onError: 'ignore',
  });
  // Everything was opened with close-on-exec; this is for what the program that started us had left open.
  p.call('close on exec', 'close_range', [3, 0xffffffff, CLOSE_RANGE_CLOEXEC], {
    onError: 'ignore',
  });
  if (process.noNewPrivileges)
    p.call('set no_new_privs', 'prctl', [PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0]);
  p.call('set the umask', 'umask', [process.user.umask ?? 0o022]);

  // Root can enter folders that the user cannot, and the other way round on network file systems: try as both.
  const entered = p.call(`enter ${process.cwd}`, 'chdir', [p.string(process.cwd)], {
    onError: 'ignore',
  });
  setKindOfService(p, plan);
  // Without no_new_privs the filter needs CAP_SYS_ADMIN, which the user does not have (seccomp(2)).
  if (!process.noNewPrivileges) installFilter(p, plan, sync);
  becomeUser(p, process, plan.lastCapability);
  const done = p.label();
  p.jumpIf('eq', entered, 0, done);
  p.call(`enter ${process.cwd}`, 'chdir', [p.string(process.cwd)]);
  p.place(done);
  refuseOutsideFolder(p);
  p.call('hide the process', 'prctl', [PR_SET_DUMPABLE, 0, 0, 0, 0]);
  p.call('unblock all signals', 'rt_sigprocmask', [
    SIG_SETMASK,
    p.reserve(SIGSET_SIZE),
    0,
    SIGSET_SIZE,
  ]);
  p.call('live on without the monitor', 'prctl', [PR_SET_PDEATHSIG, 0, 0, 0, 0]);
  if (process.noNewPrivileges) installFilter(p, plan, sync);
  execute(p, process);
}

/** What needs the capabilities that go with the user, and calls that a filter may forbid. */
function setKindOfService(p: ProgramBuilder, { spec }: StartPlan): void {
  const { scheduler, ioPriority } = spec.process;
  if (scheduler) setScheduler(p, scheduler);
  if (ioPriority) setIoPriority(p, ioPriority);
  if (spec.linux.personality) setPersonality(p, spec.linux.personality);
}

/** A current folder outside the root would be a way out of it; getcwd(2) then says "(unreachable)". */
function refuseOutsideFolder(p: ProgramBuilder): void {
  const size = 4096;
  const path = p.reserve(size);
  const inside = p.label();
  p.call('look where the current folder is', 'getcwd', [path, size]);
  p.jumpIf('eq', p.load(8, path), '/'.charCodeAt(0), inside);
  p.fail('the current folder is outside the root', errnoNumber('EXDEV'));
  p.place(inside);
}
