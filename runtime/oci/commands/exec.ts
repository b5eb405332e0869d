import { isBerthError } from '../../errors/berth-error.ts';
import { readFile } from '../../host/files.ts';
import { identify } from '../../host/process-identity.ts';
import { sendSignal } from '../../host/send-signal.ts';
import { OciRuntime } from '../../launch/oci-runtime.ts';
import type { OciCall, OciCommand } from '../command.ts';
import { checkConsole, pathOption, preservedFds, socketOption } from '../create-options.ts';
import { execOptions, execSpec, subCgroupsOf } from '../exec-options.ts';
import { forwardSignals } from '../forward-signals.ts';
import { logStage } from '../stages.ts';
import { writePidFile } from '../pid-file.ts';
import { ContainerFolder } from '../state/container-folder.ts';
import { statusOf } from '../state/status.ts';
import type { StoredState } from '../state/stored-state.ts';
import { statusError } from '../status-error.ts';

const SIGKILL = 9;

/** `berth oci exec`: executes a process in a container that is there already. */
export const execCommand: OciCommand = {
  options: execOptions,
  operands: {
    usage: '<container-id> <command> [<argument>...]',
    minimum: 1,
    maximum: Number.POSITIVE_INFINITY,
    from: 'first',
  },
  failureStatus: 255,
  run: async (call) => {
    const { context, options, operands } = call;
    const folder = new ContainerFolder(context, operands[0] ?? '');
    const state = await folder.readState();
    await checkStatus(call, folder, state);
    const signals = forwardSignals();
    try {
      return await execute(call, { folder, state, signals });
    } finally {
      signals.stop();
      context.log.debug(`exec in ${folder.id}: ${options.flag('detach') ? 'detached' : 'ended'}`);
    }
  },
};

async function checkStatus(
  { options }: OciCall,
  folder: ContainerFolder,
  state: StoredState,
): Promise<void> {
  const status = await statusOf(folder, state);
  if (status === 'stopped' || status === 'creating') {
    throw statusError(folder.id, status, `cannot exec in a ${status} container`);
  }
  if (status === 'paused' && !options.flag('ignore-paused')) {
    const message = 'cannot exec in a paused container (use --ignore-paused to override)';
    throw statusError(folder.id, status, message);
  }
}

async function execute(
  call: OciCall,
  container: {
    readonly folder: ContainerFolder;
    readonly state: StoredState;
    readonly signals: ReturnType<typeof forwardSignals>;
  },
): Promise<number> {
  const { context, options } = call;
  const { folder, state, signals } = container;
  const ignoresPaused = options.flag('ignore-paused');
  const spec = await execSpec(call, await readFile(folder.configFile, 'utf8'));
  const mode = options.flag('detach') ? 'detached' : 'foreground';
  const consoleSocket = socketOption(call, 'console-socket');
  const pidfdSocket = socketOption(call, 'pidfd-socket');
  checkConsole(spec, { consoleSocket, mode });
  const runtime = await OciRuntime.open({
    preserveFds: await preservedFds(options),
    // As it was made.
    cgroups: state.cgroup.folders.length === 0 ? 'none' : 'host',
  });
  try {
    logStage(context.log, 'setUp', folder.id);
    const executed = await runtime.exec({
      id: folder.id,
      spec,
      process: spec.process,
      target: state.process,
      bundle: state.bundle,
      then: mode === 'detached' ? 'leave' : 'wait',
      subCgroups: subCgroupsOf(options),
      // In a frozen cgroup it comes to its program when the container goes on, whenever that is.
      ...(ignoresPaused ? { timeoutMs: Number.POSITIVE_INFINITY } : {}),
      ...(consoleSocket === undefined ? {} : { consoleSocket }),
      ...(pidfdSocket === undefined ? {} : { pidfdSocket }),
    });
    // It answers only when it executes its program: the stages are told of afterwards.
    logStage(context.log, 'waits', `process ${executed.pid}`);
    logStage(context.log, 'executes', spec.process.args[0] ?? '');
    for (const warning of executed.warnings) context.log.warn(warning);
    await writePid(pathOption(call, 'pid-file'), executed.pid);
    signals.sendTo({ pid: executed.pid, waiter: executed.waiter?.pid });
    return (await executed.waiter?.exitStatus) ?? 0;
  } catch (error) {
    throw await orPaused(error, folder, state);
  } finally {
    await runtime.stop();
  }
}

/** What is paused meanwhile takes no process, without being asked to wait for that. */
async function orPaused(
  error: unknown,
  folder: ContainerFolder,
  state: StoredState,
): Promise<unknown> {
  if (!isBerthError(error, 'PROGRAM_TIMEOUT')) return error;
  const status = await statusOf(folder, state);
  if (status !== 'paused') return error;
  return statusError(folder.id, status, 'the container was paused while the process was executed');
}

/** Nobody would know of a process whose number could not be told. */
async function writePid(file: string | undefined, pid: number): Promise<void> {
  if (file === undefined) return;
  try {
    await writePidFile(file, pid);
  } catch (error) {
    if ((await identify(pid)) !== undefined) sendSignal(pid, SIGKILL);
    throw error;
  }
}
