import { segment } from '../../runtime/cli/client/client.ts';
import { fieldsAt, fieldsOf, listOf, textAt } from '../../runtime/cli/client/fields.ts';
import { systemClock } from '../../runtime/host/clock.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { smokeLabel } from '../smoke/run-image.ts';
import { EngineQuestions } from './engine.ts';

/** The old engine comes back within this time, in milliseconds; a container that has ended is not worth more. */
const backTimeoutMs = 30_000;
const pollMs = 100;

/** Removes hello-world containers that a killed proof has left. Throws what the API answers, or the signal's reason. */
export async function removeProofContainers(
  engine: EngineQuestions,
  signal: AbortSignal,
): Promise<void> {
  const { client } = engine;
  const query = { all: 1 };
  const answer = await client.json({ method: 'GET', path: '/containers/json', query, signal });
  for (const row of listOf(answer, 'containers')) {
    const container = fieldsOf(row, 'container');
    if (fieldsAt(container, 'Labels')[smokeLabel] === undefined) continue;
    const path = `/containers/${segment(textAt(container, 'Id'))}`;
    await client.text({ method: 'DELETE', path, query: { force: 1, v: 1 }, signal });
  }
}

/**
 * Removes what the proof of a killed upgrade has left, through the engine that runs again. Throws nothing: recovery has
 * done its work, and an engine that does not come is for the next step of the command to find.
 */
export async function removeLeftProofs(host: ProvisionHost, socket: string): Promise<void> {
  const signal = AbortSignal.timeout(backTimeoutMs);
  const engine = new EngineQuestions(host.path(socket), signal);
  try {
    await answering(engine, signal);
    await removeProofContainers(engine, signal);
  } catch {
    // See above.
  }
}

/** Waits until an engine answers. Throws the signal's reason. */
async function answering(engine: EngineQuestions, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await engine.version();
      return;
    } catch {
      await systemClock.sleep(pollMs, signal);
    }
  }
}
