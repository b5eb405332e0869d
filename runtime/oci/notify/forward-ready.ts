import { isBerthError, messageOf } from '../../errors/berth-error.ts';
import { exists } from '../../host/files.ts';
import {
  bindLabel,
  notifyListenerProgram,
  reachHostLabel,
} from '../../launch/channels/notify-listener.ts';
import type { RunningProgram } from '../../syscall/program-result.ts';
import { Launcher } from '../../syscall/launcher.ts';
import { barrierProgram, notifyProgram } from '../../syscall/notify-program.ts';
import type { OciLog } from '../log.ts';
import type { ContainerFolder } from '../state/container-folder.ts';
import { statusError } from '../status-error.ts';
import { notifyFolder } from './notify-socket.ts';

/** How long the service manager may take to read what it was sent; runc's. */
const patienceMs = 30_000;

/** What is told to the service manager, and of whom. */
export interface ReadyForwarding {
  /** See `hostNotifySocket`. */
  readonly host: string;
  readonly folder: ContainerFolder;
  /** The container's first process. */
  readonly pid: number;
  /** The service's main process from then on: the container's first, or this command, which ends with it. */
  readonly mainPid: number;
}

/** Somebody who listens to the container. */
export interface ForwardedReady {
  /**
   * Resolves when the container has said that it is ready and the service manager knows it, or when the container has ended.
   * What could not be told is in the log.
   */
  readonly done: Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * Begins to listen for the container's `READY=`, before it is started; `undefined` when nobody wants to hear of it, which is
 * in the log.
 */
export async function forwardReady(
  forwarding: ReadyForwarding,
  log: OciLog,
): Promise<ForwardedReady | undefined> {
  const { folder, pid, host } = forwarding;
  if (!(await exists(notifyFolder(folder)))) {
    log.warn('NOTIFY_SOCKET is left out: the container was created without it.');
    return undefined;
  }
  const launcher = await Launcher.start();
  try {
    const program = notifyListenerProgram({ folder: notifyFolder(folder), pid, host });
    const listening = await launcher.spawn(program);
    return {
      done: pass(launcher, { listening, forwarding, log }),
      stop: () => launcher.stop(),
    };
  } catch (error) {
    await launcher.stop();
    const { step: failed = '', errno } = isBerthError(error, 'SYSCALL_FAILED') ? error.details : {};
    const step = String(failed);
    if (step === bindLabel && errno === 'EADDRINUSE')
      throw statusError(folder.id, 'created', 'cannot start a container that is being started');
    if (!step.startsWith(reachHostLabel)) throw error;
    log.warn(`NOTIFY_SOCKET is left out: ${messageOf(error)}; wanted a datagram socket.`);
    return undefined;
  }
}

async function pass(
  launcher: Launcher,
  {
    listening,
    forwarding: { host, mainPid },
    log,
  }: {
    readonly listening: RunningProgram;
    readonly forwarding: ReadyForwarding;
    readonly log: OciLog;
  },
): Promise<void> {
  try {
    const { data } = await listening.ended;
    const message = data.subarray(listening.data.length).toString();
    const ready = message.split('\n').find((line) => line.startsWith('READY='));
    if (ready === undefined) return;
    const from = { socket: host, sender: process.pid };
    const text = `${ready}\nMAINPID=${mainPid}\n`;
    await launcher.run(notifyProgram({ ...from, text }), { timeoutMs: patienceMs });
    // This command, of whom it has the message, stays until its service ends.
    if (mainPid === process.pid) return;
    const barrier = barrierProgram({ ...from, patienceMs });
    const { data: read } = await launcher.run(barrier, { timeoutMs: 2 * patienceMs });
    if (read[0] !== 1)
      log.warn(`Timeout after waiting ${patienceMs / 1000}s for barrier. Ignored.`);
  } catch (error) {
    log.warn(
      `NOTIFY_SOCKET "${host}" could not be told that the container is ready: ${messageOf(error)}`,
    );
  }
}
