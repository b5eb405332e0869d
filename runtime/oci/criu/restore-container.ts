import { posix } from 'node:path';
import { detectCgroups } from '../../cgroup/detect.ts';
import { parseCgroupPath } from '../../cgroup/cgroup-path.ts';
import { planCgroup } from '../../cgroup/plan.ts';
import { BerthError } from '../../errors/berth-error.ts';
import { Cleanup } from '../../errors/cleanup.ts';
import { exists, mkdir, readFile, removeFile, writeFileWhole } from '../../host/files.ts';
import { identify } from '../../host/process-identity.ts';
import { criuEnvironment } from '../../launch/criu/execute-criu.ts';
import {
  externalOnRestore,
  networkPath,
  refuseUncheckpointable,
} from '../../launch/criu/external.ts';
import { criuExitCode, criuFailed, programPath } from '../../launch/criu/run-criu.ts';
import { inheritedStreams, readStreamNames } from '../../launch/criu/streams.ts';
import { Launcher } from '../../syscall/launcher.ts';
import type { OciContext } from '../command.ts';
import { cgroupPathOf } from '../cgroup-path-of.ts';
import { begin, type CreateRequest, type MadeContainer } from '../create-container.ts';
import { orUnwanted, refuseUnwanted } from '../end-creation.ts';
import { writePidFile } from '../pid-file.ts';
import { placed } from '../placed.ts';
import { removeContainer } from '../remove-container.ts';
import { runPoststart } from '../start-container.ts';
import { storedCgroup } from '../stored-cgroup.ts';
import type { CriuRequest } from './criu-options.ts';
import { type RestorePlan, restoreProgram } from './restore-program.ts';

/** What `restore` is told besides what `create` is. */
export interface RestoreRequest extends CreateRequest {
  readonly images: CriuRequest;
}

/** A restored container. */
export type RestoredContainer = Omit<MadeContainer, 'created'> & {
  readonly pid: number;
  /** Its exit status; of `then: 'wait'` alone. */
  readonly exitStatus: Promise<number> | undefined;
};

/** Longer than CRIU takes for any memory that a host has. */
const restoreMs = 3_600_000;

/**
 * Makes a container from images, running. After a failure nothing of it is left.
 * @throws SPEC_UNSUPPORTED, CRIU_FAILED, and what `createContainer` throws
 */
export async function restoreContainer(
  context: OciContext,
  request: RestoreRequest,
): Promise<RestoredContainer> {
  const { folder, images } = request;
  await refuseNoImages(images.images);
  const layout = await detectCgroups();
  refuseUncheckpointable(request.bundle.spec, { cgroups: layout.version === 'v2' ? 'v2' : 'v1' });
  let state = await begin(context, request);
  await folder.make(state);
  const cleanup = new Cleanup();
  try {
    cleanup.add(() => removeContainer(folder, state, context.log));
    const { bundle, scope, kept } = await placed(request);
    if (scope) cleanup.add(() => scope.release());
    const { configText, spec } = bundle;
    const path = cgroupPathOf(spec, folder.id);
    const cgroup = planCgroup({ layout, path, resources: spec.linux.resources });
    state = { ...state, cgroup: storedCgroup(cgroup), ...kept };
    await writeFileWhole(folder.configFile, configText, { mode: 0o600, durability: 'memory' });
    const launcher = await Launcher.start({ keep: [0, 1, 2] });
    cleanup.add(() => launcher.stop());
    const { pid, exitStatus } = await execute(launcher, context, {
      request: { ...request, bundle },
      cgroup,
      root: `/${parseCgroupPath(path).join('/')}`,
    });
    const process = (await identify(pid)) ?? { pid, startTime: 'ended' };
    // At once: until the state has it, a failure would leave the container behind.
    state = { ...state, phase: 'created', process };
    await scope?.leaveTo(pid);
    await folder.writeState(state);
    await refuseUnwanted(folder);
    if (request.pidFile !== undefined) await writePidFile(request.pidFile, pid);
    await runPoststart(folder, state);
    return { state, pid, exitStatus, stop: () => launcher.stop() };
  } catch (error) {
    const reason = await orUnwanted(folder, error);
    for (const problem of await cleanup.run()) {
      context.log.warn(`while the container was removed: ${String(problem)}`);
    }
    throw reason;
  }
}

async function refuseNoImages(images: string): Promise<void> {
  if (await exists(`${images}/inventory.img`)) return;
  throw new BerthError('CRIU_FAILED', {
    message: `criu failed: "${images}" has no images of a container ("inventory.img" is missing); wanted those of a checkpoint`,
    remedy: 'Name the folder of the images with --image-path.',
    details: { path: images, field: '--image-path' },
  });
}

/** Runs CRIU; gives the first process of what it has restored. */
async function execute(
  launcher: Launcher,
  context: OciContext,
  what: {
    readonly request: RestoreRequest;
    readonly cgroup: RestorePlan['cgroup'];
    /** The container's cgroup, from the mount. */
    readonly root: string;
  },
): Promise<{ readonly pid: number; readonly exitStatus: Promise<number> | undefined }> {
  const { folder, bundle, images, then } = what.request;
  const network = networkPath(bundle.spec);
  const target = `${folder.path}/rootfs`;
  const pidFile = `${folder.path}/criu.pid`;
  const log = 'restore.log';
  for (const each of [target, images.work]) await mkdir(each, { recursive: true, mode: 0o700 });
  const program = restoreProgram({
    id: folder.id,
    spec: bundle.spec,
    rootfs: bundle.rootfs,
    target,
    cgroup: what.cgroup,
    network,
    criu: await programPath(context.criu),
    args: [
      ...['restore', '--images-dir', images.images, '--work-dir', images.work],
      ...['--log-file', log, '-v4', '--root', target, '--restore-detached', '--pidfile', pidFile],
      ...['--cgroup-root', what.root],
      ...inheritedStreams(await readStreamNames(images.images)),
      ...externalOnRestore(bundle.spec, {
        bundle: bundle.path,
        network: network === undefined ? 'none' : 'given',
      }),
      ...images.shared,
    ],
    environment: criuEnvironment(),
    then,
  });
  const { data, ended } = await launcher.spawn(program, { timeoutMs: restoreMs });
  const status = data.readUInt32LE(0);
  if (status !== 0) {
    const exitCode = criuExitCode(status);
    throw await criuFailed({ action: 'restore', exitCode, log: posix.join(images.work, log) });
  }
  const pid = Number(await readFile(pidFile, 'utf8'));
  await removeFile(pidFile);
  const exitStatus = ended.then(({ exitCode }) => exitCode);
  exitStatus.catch(() => undefined);
  return { pid, exitStatus: then === 'wait' ? exitStatus : undefined };
}
