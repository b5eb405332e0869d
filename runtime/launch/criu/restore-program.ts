import { closeFrom } from '../../syscall/close-from.ts';
import { CLONE_NEWNET, CLONE_NEWNS } from '../../syscall/constants/clone.ts';
import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from '../../syscall/constants/fs.ts';
import { MS_PRIVATE, MS_RDONLY, MS_REC, MS_SHARED } from '../../syscall/constants/mount.ts';
import { SIGCHLD } from '../../syscall/constants/process.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref } from '../../syscall/program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { launcherFd } from '../../syscall/launcher-program.ts';
import { remountBind } from '../mounts/bind-mount.ts';
import { bringUpLoopback } from '../namespaces/loopback.ts';
import { setNetworkSysctls } from '../namespaces/sysctls.ts';
import { waitForEnd } from '../process/exit-as.ts';
import { type ContainerStreams, endsToClose } from '../process/streams.ts';
import { mountRoot, rootTarget } from '../root/root-file-system.ts';
import type { StartPlan } from '../start-plan.ts';
import { type MonitoredStart, watchOver } from '../start-program.ts';
import { type CriuCall, executeCriu, forbidPrivileges } from './execute-criu.ts';
import { networkFd } from './external.ts';

/** Where CRIU writes the process id to, in the run folder. */
export const pidFileName = 'criu.pid';

/** More than a process id has digits. */
const pidBytes = 16;

/**
 * The program that restores a container and then watches over it: the monitor makes its cgroups and the new ends of its
 * streams, executes CRIU, which makes the container's processes as the monitor's children, and goes on as for any container.
 * Its answer is {u32 first process, u32 CRIU's wait status}; with a status that is not 0 it ends.
 */
export function restoreProgram(
  plan: StartPlan,
  call: CriuCall,
  { name, stdin, heldPorts, ...logging }: MonitoredStart,
): ProgramBuilder {
  const p = new ProgramBuilder(name);
  watchOver(p, { plan, stdin, heldPorts, logging }, (streams, own) => {
    const parent = p.label();
    const criu = p.call('fork CRIU', 'clone', [SIGCHLD, 0, 0, 0, 0]);
    p.jumpIf('ne', criu, 0, parent);
    for (const fd of own) p.call('close what stays outside', 'close', [fd]);
    becomeCriu(p, { plan, call, streams: streams.container });

    p.place(parent);
    for (const end of endsToClose(streams.container))
      p.call('close what belongs to the container', 'close', [end]);
    return { child: awaitRestored(p, criu), streams: streams.monitor };
  });
  return p;
}

/** Waits for CRIU, and tells what came of it. */
function awaitRestored(p: ProgramBuilder, criu: Ref): Ref {
  const restored = p.label();
  const answer = p.reserve(8);
  const child = p.value(p.reserve(8));
  const status = waitForEnd(p, criu);
  p.jumpIf('eq', status, 0, restored);
  p.store(32, answer.at(4), status);
  p.reply(answer, 8, { onError: 'ignore' });
  p.exit(1);

  p.place(restored);
  p.set(child, readPid(p));
  p.store(32, answer, child);
  // A berthd that was killed meanwhile hears nothing, but the next one finds the container.
  p.reply(answer, 8, { onError: 'ignore' });
  p.call('close the launcher socket', 'close', [launcherFd]);
  return child;
}

/** Reads the decimal number in CRIU's file; the current folder is that of the monitor. */
function readPid(p: ProgramBuilder): Ref {
  const label = 'read the process id from CRIU';
  const text = p.reserve(pidBytes);
  const [pid, at] = [p.value(p.reserve(8)), p.value(p.reserve(8))];
  const [again, read, valid] = [p.label(), p.label(), p.label()];
  const file = p.string(pidFileName);
  const fd = p.call(label, 'openat', [AT_FDCWD, file, O_RDONLY | O_CLOEXEC, 0]);
  const length = p.call(label, 'read', [fd, text, pidBytes]);
  p.call(label, 'close', [fd]);
  p.call(label, 'unlinkat', [AT_FDCWD, file, 0]);
  const end = p.compute('add', text, length);
  p.set(pid, 0);
  p.set(at, text);
  p.place(again);
  p.jumpIf('ge', at, end, read);
  const digit = p.compute('sub', p.load(8, at), '0'.charCodeAt(0));
  p.jumpIf('lt', digit, 0, read);
  p.jumpIf('ge', digit, 10, read);
  p.set(pid, p.compute('add', p.compute('mul', pid, 10), digit));
  p.set(at, p.compute('add', at, 1));
  p.jump(again);
  p.place(read);
  p.jumpIf('ne', pid, 0, valid);
  p.fail(label, errnoNumber('EINVAL'));
  p.place(valid);
  return pid;
}

/** What CRIU restores a container from. */
interface Restoring {
  readonly plan: StartPlan;
  readonly call: CriuCall;
  readonly streams: ContainerStreams;
}

/**
 * Everything that CRIU makes is in the cgroups and in the network that it is given; the root is mounted where nobody else
 * sees it, and gone with CRIU.
 */
function becomeCriu(p: ProgramBuilder, { plan, call, streams }: Restoring): void {
  for (const file of plan.cgroup.join) p.write(`join the cgroup ${file}`, file, '0');
  p.call('enter the root of the host', 'chdir', [p.string('/')]);
  useAsStandard(p, streams, plan.spec.process.user.uid);
  const network = plan.namespaces.newNetwork ? makeNetwork(p, plan) : undefined;
  mountForCriu(p, plan);
  // From here on nothing is open but what CRIU is to have.
  if (network === undefined) {
    closeFrom(p, 3);
  } else {
    p.call('keep the network namespace', 'dup3', [network, networkFd, 0]);
    for (let fd = 3; fd < networkFd; fd += 1)
      p.call('close what CRIU is not to have', 'close', [fd], { onError: 'ignore' });
    closeFrom(p, networkFd + 1);
  }
  forbidPrivileges(p, plan.spec.process);
  executeCriu(p, call);
}

/** The container's ends of its streams are CRIU's, which hands them on. */
function useAsStandard(p: ProgramBuilder, streams: ContainerStreams, user: number): void {
  if (streams.kind !== 'pipes') return;
  const nothing = [AT_FDCWD, p.string('/dev/null'), O_RDONLY, 0] as const;
  const stdin = streams.stdin ?? p.call('open /dev/null', 'openat', nothing);
  for (const end of endsToClose(streams))
    p.call('give a stream to its user', 'fchown', [end, user, -1], { onError: 'ignore' });
  [stdin, streams.stdout, streams.stderr].forEach((end, number) => {
    p.call(`use a pipe as ${number}`, 'dup3', [end, number, 0]);
  });
}

/** Makes the container's network as at a start, and gives a descriptor of it. CRIU stays in the one of the host. */
function makeNetwork(p: ProgramBuilder, { spec }: StartPlan): Ref {
  const label = 'make a network namespace';
  const own = p.string('/proc/self/ns/net');
  const open = (): Ref => p.call(label, 'openat', [AT_FDCWD, own, O_RDONLY | O_CLOEXEC, 0]);
  const host = open();
  p.call(label, 'unshare', [CLONE_NEWNET]);
  bringUpLoopback(p);
  setNetworkSysctls(p, spec.linux.sysctl);
  const network = open();
  p.call('return to the network of the host', 'setns', [host, CLONE_NEWNET]);
  return network;
}

/** CRIU wants the root to be a mount, and one that is shared. */
function mountForCriu(p: ProgramBuilder, plan: StartPlan): void {
  p.call('leave the mounts of the host', 'unshare', [CLONE_NEWNS]);
  p.call('keep mounts to ourselves', 'mount', [0, p.string('/'), 0, MS_REC | MS_PRIVATE, 0]);
  mountRoot(p, plan);
  const target = p.string(rootTarget(plan));
  p.call('share the root', 'mount', [0, target, 0, MS_SHARED, 0]);
  // CRIU restores the flags of every mount but that of the root, which it takes as it finds it.
  if (plan.spec.root.readonly)
    remountBind(p, target, { set: MS_RDONLY, clear: 0, label: 'the root' });
}
