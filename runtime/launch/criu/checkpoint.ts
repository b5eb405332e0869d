import { posix } from 'node:path';
import { defaultCgroupPath } from '../../cgroup/cgroup-path.ts';
import { planCgroup } from '../../cgroup/plan.ts';
import { mkdir } from '../../host/files.ts';
import type { Spec } from '../../spec/spec.ts';
import { AT_FDCWD, LOCK_EX, O_DIRECTORY, O_RDONLY } from '../../syscall/constants/fs.ts';
import { SIGCHLD } from '../../syscall/constants/process.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { HostFacts } from '../host-facts.ts';
import { waitForEnd } from '../process/exit-as.ts';
import { criuEnvironment, type CriuCall, executeCriu } from './execute-criu.ts';
import { externalOnDump, refuseUncheckpointable } from './external.ts';
import { criuExitCode, criuFailed, programPath, requireCriu } from './run-criu.ts';
import { outsideStreams, streamsOf, writeStreamNames } from './streams.ts';

/** A container with a monitor that is to be written into images. */
export interface CheckpointRequest {
  readonly id: string;
  /** What it was started with. */
  readonly spec: Spec;
  /** Its first process, on the host. */
  readonly pid: number;
  readonly runDir: string;
  /** An existing folder for the images. */
  readonly images: string;
  /** A folder for CRIU's log. */
  readonly work: string;
}

/** Longer than CRIU takes for any memory that a host has. */
export const criuMs = 3_600_000;

/** What CRIU is told at both times. Established connections belong to who restores them: they are refused, as Docker has it. */
export const sharedArguments = ['--manage-cgroups=soft', '--file-locks'] as const;

/**
 * Refuses a container that cannot be checkpointed, and a host that cannot do it.
 * @throws SPEC_UNSUPPORTED naming the field, CRIU_UNAVAILABLE
 */
export async function requireCheckpoints(
  criu: string,
  { spec, host }: { readonly spec: Spec; readonly host: HostFacts },
): Promise<void> {
  refuseUncheckpointable(spec, { cgroups: host.cgroups?.version === 'v2' ? 'v2' : 'v1' });
  await requireCriu(criu);
}

/**
 * Writes a container that runs into images, and lets it go on: one that is frozen stays so. CRIU has a process above it that
 * waits for it: when berthd is killed, CRIU puts the container's processes right all the same, and who has locked the folder
 * of the images (`awaitCheckpoint`) knows when.
 *
 * @throws CRIU_FAILED naming its log: the container goes on.
 */
export async function writeCheckpoint(
  launcher: Launcher,
  { host, criu }: { readonly host: HostFacts; readonly criu: string },
  request: CheckpointRequest,
): Promise<void> {
  const { images, work, runDir } = request;
  const streams = await streamsOf(request.pid);
  await mkdir(work, { recursive: true, mode: 0o700 });
  await writeStreamNames(images, streams);
  const log = 'dump.log';
  const program = dumpProgram(request.id, images, {
    criu: await programPath(criu),
    args: [
      ...['dump', '--tree', String(request.pid), '--images-dir', images, '--work-dir', work],
      ...['--log-file', log, '-v4', '--root', runDir, '--leave-running', ...sharedArguments],
      ...freezeArguments(request, host),
      ...outsideStreams(streams),
      ...(await externalOnDump(request.spec, { network: networkOf(request) })),
    ],
    environment: criuEnvironment(),
  });
  const { data } = await launcher.spawn(program, { timeoutMs: criuMs });
  const status = data.readUInt32LE(0);
  if (status === 0) return;
  const exitCode = criuExitCode(status);
  throw await criuFailed({ action: 'dump', exitCode, log: posix.join(work, log) });
}

/** Waits until no CRIU writes into a folder any more that was begun by a berthd that was killed. @throws PROGRAM_TIMEOUT after an hour */
export async function awaitCheckpoint(launcher: Launcher, images: string): Promise<void> {
  const p = new ProgramBuilder('wait for CRIU');
  lockImages(p, images);
  await launcher.run(p, { timeoutMs: criuMs });
}

/**
 * Network namespaces stay out of the images: CRIU needs further programs for what is in one, and berth makes a new one as for
 * any start.
 */
function networkOf({ spec, pid }: CheckpointRequest): string | undefined {
  const has = spec.linux.namespaces.some(({ type }) => type === 'network');
  return has ? `/proc/${pid}/ns/net` : undefined;
}

/** With it CRIU finds every process, also one that is forked meanwhile. */
function freezeArguments({ id, spec }: CheckpointRequest, host: HostFacts): readonly string[] {
  const path = spec.linux.cgroupsPath ?? defaultCgroupPath(id);
  const { freezer } = planCgroup({ layout: host.cgroups, path, resources: spec.linux.resources });
  return freezer === undefined ? [] : ['--freeze-cgroup', posix.dirname(freezer.file)];
}

/** Executes CRIU and answers with its wait status, if somebody still listens. */
function dumpProgram(id: string, images: string, call: CriuCall): ProgramBuilder {
  const p = new ProgramBuilder(`checkpoint ${id.slice(0, 12)}`);
  // A signal to berthd's group is none to CRIU: killed half-way it would leave its own code in the container's processes.
  p.call('start a session', 'setsid', []);
  lockImages(p, images);
  const parent = p.label();
  const child = p.call('fork CRIU', 'clone', [SIGCHLD, 0, 0, 0, 0]);
  p.jumpIf('ne', child, 0, parent);
  executeCriu(p, call);

  p.place(parent);
  const answer = p.reserve(8);
  p.set(answer, waitForEnd(p, child));
  p.reply(answer, 8, { onError: 'ignore' });
  p.exit(0);
  return p;
}

/** CRIU inherits the lock: it holds until the last of both has ended. */
function lockImages(p: ProgramBuilder, images: string): void {
  const flags = O_DIRECTORY.or(O_RDONLY);
  const folder = p.call(`open ${images}`, 'openat', [AT_FDCWD, p.string(images), flags, 0]);
  p.call(`lock ${images}`, 'flock', [folder, LOCK_EX]);
}
