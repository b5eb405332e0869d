import { upgradeMessages as m } from '../../messages/areas/upgrade.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { bootId } from '../../runtime/host/boot-id.ts';
import { systemClock } from '../../runtime/host/clock.ts';
import { exists } from '../../runtime/host/files.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { serviceManager } from '../services/index.ts';
import type { ServiceAt, ServiceManagerName } from '../services/service-manager.ts';
import { runImage } from '../smoke/run-image.ts';
import { carriedImage } from '../smoke/smoke-test.ts';
import { EngineQuestions, type RunningContainer } from './engine.ts';
import { removeProofContainers } from './proof-container.ts';

/** What an engine has to prove. */
export interface EngineProof {
  readonly version: string;
  /** As on the host. */
  readonly socket: string;
  readonly manager: ServiceManagerName;
  readonly service: ServiceAt;
  /** An engine that has not answered by then is taken for one that hangs. */
  readonly timeoutMs: number;
  /** Boot of the kernel in which they ran: the upgrade may have been cut short by a power cut. */
  readonly boot?: string | undefined;
  readonly containers: readonly RunningContainer[];
}

/** An old engine comes back within this time, in milliseconds. */
const backTimeoutMs = 90_000;
const pollMs = 100;
/** One restart may have its reason in the change itself; an engine that goes on ending does not work. */
const hopelessRestarts = 3;
/** It has to live on for this long after its proof, in milliseconds. */
const settleMs = 1500;

/**
 * Proves that the engine of a version works: it answers with that version, runs hello-world from the image that it carries,
 * has every container that ran before with the same process, and does not end meanwhile.
 *
 * @throws BerthError UPGRADE_UNHEALTHY; the signal's reason
 */
export async function proveEngine(
  proof: EngineProof,
  host: ProvisionHost,
  signal: AbortSignal,
): Promise<void> {
  const engine = new EngineQuestions(host.path(proof.socket), signal);
  try {
    await answersAs(proof, { host, engine, signal });
    const manager = serviceManager(proof.manager);
    const pid = await manager.daemonPid(host, proof.service);
    await removeProofContainers(engine, signal);
    await greets(engine, signal);
    if (await isSameBoot(proof)) await hasAll(engine, proof.containers);
    await systemClock.sleep(settleMs, signal);
    if ((await manager.daemonPid(host, proof.service)) !== pid)
      throw unhealthy(m.restarting({ times: 1 }));
    await engine.version();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof BerthError && error.code === 'UPGRADE_UNHEALTHY'
      ? error
      : unhealthy(messageOf(error), error);
  }
}

/** Waits until any engine answers with a version: the one that was fallen back to. Throws what asking it throws last. */
export async function answersAgain(socketPath: string): Promise<void> {
  const engine = new EngineQuestions(socketPath, new AbortController().signal);
  const deadline = systemClock.now() + backTimeoutMs;
  for (;;) {
    try {
      await engine.version();
      return;
    } catch (error) {
      if (systemClock.now() >= deadline) throw error;
    }
    await systemClock.sleep(pollMs);
  }
}

interface Asking {
  readonly host: ProvisionHost;
  readonly engine: EngineQuestions;
  readonly signal: AbortSignal;
}

async function answersAs(proof: EngineProof, { host, engine, signal }: Asking): Promise<void> {
  const { socket, version, timeoutMs } = proof;
  const manager = serviceManager(proof.manager);
  const deadline = systemClock.now() + timeoutMs;
  for (;;) {
    try {
      const found = await engine.version();
      if (found === version) return;
      throw unhealthy(m.otherVersion({ found, wanted: version }));
    } catch (error) {
      if (signal.aborted || (error instanceof BerthError && error.code === 'UPGRADE_UNHEALTHY')) {
        throw error;
      }
      if (systemClock.now() >= deadline) {
        const seconds = timeoutMs / 1000;
        throw unhealthy(m.noAnswer({ socket, seconds, why: messageOf(error) }), error);
      }
    }
    const times = await manager.restarts(host, proof.service);
    if (times >= hopelessRestarts) throw unhealthy(m.restarting({ times }));
    await systemClock.sleep(pollMs, signal);
  }
}

async function greets({ client }: EngineQuestions, signal: AbortSignal): Promise<void> {
  let ended: Awaited<ReturnType<typeof runImage>>;
  try {
    ended = await runImage(client, carriedImage, signal);
  } catch (error) {
    throw unhealthy(m.helloFailed({ why: messageOf(error) }), error);
  }
  const { exitCode: status, output, errors } = ended;
  if (status === 0 && output.includes('Hello from')) return;
  const said = (output + errors).slice(0, 200);
  throw unhealthy(m.helloFailed({ why: m.helloEnded({ status, said }) }));
}

/** Whether the containers of a proof can run still: no process outlives a boot of the kernel. */
async function isSameBoot({ boot }: EngineProof): Promise<boolean> {
  return boot === undefined || boot === (await bootId());
}

/** Exit codes from here on are signals: that of a container that was killed, and not one whose work was done. */
const killedFrom = 128;

/** A container that has come to its own end meanwhile is no loss; one that the engine does not know, or that was killed, is. */
async function hasAll(
  engine: EngineQuestions,
  containers: readonly RunningContainer[],
): Promise<void> {
  const lost: string[] = [];
  for (const { id, pid, autoRemove } of containers) {
    const state = await engine.stateOf(id);
    const same = state?.running === true && state.pid === pid;
    const processLives = await exists(`/proc/${pid}`);
    const ended = state?.running === false && !processLives && state.exitCode < killedFrom;
    const removed = state === undefined && autoRemove && !processLives;
    if (!same && !ended && !removed) lost.push(id.slice(0, 12));
  }
  if (lost.length > 0) throw unhealthy(m.containersLost({ names: lost.join(', ') }));
}

function unhealthy(message: string, cause?: unknown): BerthError {
  return new BerthError('UPGRADE_UNHEALTHY', {
    message,
    remedy: m.unhealthyRemedy(),
    ...(cause === undefined ? {} : { cause }),
  });
}
