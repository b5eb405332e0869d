import { BerthError } from '../../errors/berth-error.ts';
import type { ApiClient } from '../client/client.ts';
import { segment } from '../client/client.ts';
import { fieldsAt, numberAt, optionalText } from '../client/fields.ts';
import { jsonMessages } from '../client/json-messages.ts';

/** What is waited for (Docker Engine API 1.47, "Wait for a container"). */
export type WaitCondition = 'not-running' | 'next-exit' | 'removed';

/** Whose exit is waited for; `signal` gives up. */
export interface WaitRequest {
  readonly containerId: string;
  readonly condition: WaitCondition;
  readonly signal?: AbortSignal | undefined;
}

async function readExitCode(body: AsyncIterable<Uint8Array>): Promise<number> {
  for await (const message of jsonMessages(body)) {
    const error = optionalText(fieldsAt(message, 'Error'), 'Message');
    if (error !== '') throw new BerthError('CONTAINER_WAIT_FAILED', { message: error });
    return numberAt(message, 'StatusCode');
  }
  throw new BerthError('API_STREAM_BROKEN', {
    message: 'the daemon closed the connection while the container ran, wanted its exit status',
    remedy: 'The container may run on; see: berth ps -a',
  });
}

/**
 * Begins to wait for a container's exit. Resolves once the daemon has taken note, so that an exit that follows is
 * not missed; the promise in the result then gives the exit code.
 *
 * @throws CONTAINER_WAIT_FAILED, API_STREAM_BROKEN (both from the inner promise)
 */
export async function beginWait(
  client: ApiClient,
  { containerId, condition, signal }: WaitRequest,
): Promise<{ readonly exitCode: Promise<number> }> {
  const path = `/containers/${segment(containerId)}/wait`;
  const body = await client.stream({ method: 'POST', path, query: { condition }, signal });
  const exitCode = readExitCode(body);
  // Whoever is interrupted never looks at it; that is no unhandled rejection.
  exitCode.catch(() => undefined);
  return { exitCode };
}
