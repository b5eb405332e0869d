import { fieldsOf, numberAt } from './client/fields.ts';
import { mirrorRows } from './client/mirrors.ts';
import { ApiClient } from './client/client.ts';
import { defaultAddress, parseEndpoint } from './client/endpoint.ts';
import type { EngineContext } from './context.ts';
import { prettyJson } from './formats.ts';
import { mirrorColumns } from './render/mirror-table.ts';
import { renderTable } from './render/table.ts';

/** How to reach the engine that has the scores. */
export interface ScoresOptions {
  readonly context: EngineContext;
  /** Address of its socket; BERTH_HOST, else the usual one, when absent. */
  readonly address: string | undefined;
}

/**
 * Registries, their mirrors, and what pulls have measured of each: as a table, or as the API's answer.
 *
 * @throws BerthError DAEMON_UNREACHABLE, ENDPOINT_INVALID and the API's.
 */
export async function mirrorScoresText(
  options: ScoresOptions & { readonly format: 'text' | 'json' },
): Promise<string> {
  const answer = await clientFor(options).json({ method: 'GET', path: '/berth/mirrors' });
  if (options.format === 'json') return prettyJson(answer);
  return renderTable(mirrorColumns(options.context.clock.now()), mirrorRows(answer));
}

/**
 * Lets the engine forget what pulls have measured, of one source or of all. Resolves with the number of sources.
 *
 * @throws BerthError as `mirrorScoresText`.
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
