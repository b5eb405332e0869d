import { fieldsOf, numberAt } from './client/fields.ts';
import { mirrorRows, type MirrorRow } from './client/mirrors.ts';
import { ApiClient } from './client/client.ts';
import { defaultAddress, parseEndpoint } from './client/endpoint.ts';
import type { EngineContext } from './context.ts';

/** How to reach the engine that has the scores. */
export interface ScoresOptions {
  readonly context: EngineContext;
  /** Address of its socket; BERTH_HOST, else the usual one, when absent. */
  readonly address: string | undefined;
}

/** What pulls have measured: read, and as the API has answered. */
export interface MirrorScoresAnswer {
  readonly rows: readonly MirrorRow[];
  readonly answer: unknown;
}

/**
 * Registries, their mirrors, and what pulls have measured of each.
 *
 * @throws BerthError DAEMON_UNREACHABLE, ENDPOINT_INVALID and the API's.
 */
export async function mirrorScores(options: ScoresOptions): Promise<MirrorScoresAnswer> {
  const answer = await clientFor(options).json({ method: 'GET', path: '/berth/mirrors' });
  return { rows: mirrorRows(answer), answer };
}

/**
 * Lets the engine forget what pulls have measured, of one source or of all. Resolves with the number of sources.
 *
 * @throws BerthError as `mirrorScores`.
 */
export async function forgetMirrorScores(
  options: ScoresOptions & { readonly source: string | undefined },
): Promise<number> {
  const { source } = options;
  const query = source === undefined ? {} : { query: { source } };
  const answer = await clientFor(options).json({
    method: 'DELETE',
    path: '/berth/mirrors',
    ...query,
  });
  return numberAt(fieldsOf(answer, 'answer'), 'Forgotten');
}

function clientFor({ context, address }: ScoresOptions): ApiClient {
  return new ApiClient(parseEndpoint(address ?? context.env['BERTH_HOST'] ?? defaultAddress));
}
