import type { SourceScore } from '../../image/mirror-scores.ts';
import { json } from '../http/api-response.ts';
import { get, remove } from '../route.ts';
import type { Route } from '../route.ts';

/** Names as in the rest of the API; what has not been measured is `null`. */
function scoreView(score: SourceScore): Readonly<Record<string, unknown>> {
  const { lastUsedMs } = score;
  return {
    Registry: score.registry,
    Source: score.source,
    Kind: score.kind,
    State: score.state,
    FirstByteMs: rounded(score.firstByteMs),
    BytesPerSecond: rounded(score.bytesPerSecond),
    Errors: score.errors,
    WrongDigests: score.wrongDigests,
    Bytes: score.bytes,
    Blobs: score.blobs,
    LastUsed: lastUsedMs === undefined ? null : new Date(lastUsedMs).toISOString(),
  };
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value);
}

/** What was measured of registries and their mirrors; not of Docker's API. */
export const mirrorRoutes: readonly Route[] = [
  get('/berth/mirrors', (_request, { mirrors }) =>
    json({ Sources: (mirrors?.scores() ?? []).map(scoreView) }),
  ),
  remove('/berth/mirrors', async (request, { mirrors }) => {
    const source = request.query.optionalText('source');
    return json({ Forgotten: (await mirrors?.forget(source)) ?? 0 });
  }),
];
