import { posix } from 'node:path';
import { defaultCgroupPath, parseCgroupPath } from '../../cgroup/cgroup-path.ts';
import { mkdir } from '../../host/files.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import type { HostFacts } from '../host-facts.ts';
import { planStart, type StartRequest } from '../plan-start.ts';
import type { FilterCache } from '../seccomp/filter-cache.ts';
import type { StartPlan } from '../start-plan.ts';
import { rootFolder } from '../start-plan.ts';
import { criuMs, requireCheckpoints, sharedArguments } from './checkpoint.ts';
import { criuEnvironment } from './execute-criu.ts';
import { externalOnRestore } from './external.ts';
import { pidFileName, restoreProgram } from './restore-program.ts';
import { criuExitCode, criuFailed, programPath } from './run-criu.ts';
import { inheritedStreams, readStreamNames } from './streams.ts';

/** A container that is to go on from images instead of being started. */
export interface RestoreRequest extends StartRequest {
  readonly images: string;
  /** A folder for CRIU's log. */
  readonly work: string;
}

/** What a restore is done with. */
export interface RestoreTools {
  readonly launcher: Launcher;
  readonly host: HostFacts;
  readonly filters: FilterCache;
  readonly criu: string;
}

/** A plan, and what is left to do with it. */
export interface PlannedRestore {
  readonly plan: StartPlan;
  readonly warnings: readonly string[];
  /** Gives the first process, on the host. @throws CRIU_FAILED naming its log */
  readonly execute: () => Promise<number>;
}

/**
 * Looks at what a restore needs.
 * @throws SPEC_UNSUPPORTED, CRIU_UNAVAILABLE, and what `planStart` throws
 */
export async function planRestore(
  { launcher, host, filters, criu }: RestoreTools,
  request: RestoreRequest,
): Promise<PlannedRestore> {
  const { images, work } = request;
  await requireCheckpoints(criu, { spec: request.spec, host });
  const { plan, warnings } = await planStart(request, { host, filters });
  const cgroup = plan.spec.linux.cgroupsPath ?? defaultCgroupPath(request.id);
  await mkdir(work, { recursive: true, mode: 0o700 });
  const log = 'restore.log';
  const call = {
    criu: await programPath(criu),
    args: [
      ...['restore', '--images-dir', images, '--work-dir', work, '--log-file', log, '-v4'],
      ...['--root', `${plan.runDir}/${rootFolder}`, ...sharedArguments],
      // A sibling of CRIU's is a child of the monitor from its first moment on, and ends with it.
      ...['--restore-detached', '--restore-sibling', '--pidfile', `${plan.runDir}/${pidFileName}`],
      ...['--cgroup-root', `/${parseCgroupPath(cgroup).join('/')}`],
      ...inheritedStreams(await readStreamNames(images)),
      ...externalOnRestore(plan.spec, {
        bundle: '/',
        network: plan.namespaces.newNetwork ? 'given' : 'none',
      }),
    ],
    environment: criuEnvironment(),
  };
  const name = `restore ${request.id.slice(0, 12)}`;
  const execute = async (): Promise<number> => {
    const program = restoreProgram(plan, call, { ...request, name });
    const { data } = await launcher.spawn(program, { timeoutMs: criuMs });
    const status = data.readUInt32LE(4);
    if (status === 0) return data.readUInt32LE(0);
    const exitCode = criuExitCode(status);
    throw await criuFailed({ action: 'restore', exitCode, log: posix.join(work, log) });
  };
  return { plan, warnings, execute };
}
