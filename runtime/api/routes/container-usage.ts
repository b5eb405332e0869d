import type { ContainerEngine } from '../../container/engine.ts';
import type { UsageSample } from '../../container/query/usage.ts';
import { BerthError } from '../../errors/berth-error.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { json } from '../http/api-response.ts';
import { isAtLeast } from '../http/api-version.ts';
import { get } from '../route.ts';
import type { Route } from '../route.ts';
import { containerStats } from '../views/container-stats.ts';

/** Routes that tell what a container uses, and which processes it has. */
export const containerUsageRoutes: readonly Route[] = [
  get('/containers/:name/stats', async (request, { containers }) => {
    const { name, query, version } = request;
    containers.find(name);
    const isOneShot = isAtLeast(version, '1.41') && query.flag('one-shot');
    if (query.flagOr('stream', 'on')) {
      if (isOneShot) throw streamedOneShot();
      return {
        kind: 'stream',
        headers: 'at-once',
        contentType: 'application/json',
        chunks: statsLines(request, containers),
      };
    }
    const { usage, before } = await latest(request, containers, isOneShot ? 1 : 2);
    return json(containerStats({ record: containers.find(name).record, usage, before }));
  }),
  get('/containers/:name/top', async ({ name, query }, { containers }) => {
    const { titles, processes } = await containers.top(name, query.text('ps_args'));
    return json({ Processes: processes, Titles: titles });
  }),
];

/** In Docker's words. */
function streamedOneShot(): BerthError {
  return new BerthError('API_REQUEST_INVALID', {
    message: 'cannot have stream=true and one-shot=true',
    remedy: 'Add "stream=false".',
    details: { parameter: 'one-shot' },
  });
}

/** The last of some samples, and the one before it: Docker's clients want two to tell a percentage. */
async function latest(
  { name, signal }: ApiRequest,
  containers: ContainerEngine,
  wanted: number,
): Promise<{ readonly usage: UsageSample | undefined; readonly before: UsageSample | undefined }> {
  let before: UsageSample | undefined;
  let left = wanted;
  for await (const usage of containers.usage(name, signal)) {
    left -= 1;
    // One that does not run is not waited for.
    if (left === 0 || usage === undefined) return { usage, before };
    before = usage;
  }
  return { usage: undefined, before: undefined };
}

async function* statsLines(
  { name, signal }: ApiRequest,
  containers: ContainerEngine,
): AsyncGenerator<string> {
  const container = containers.find(name);
  let before: UsageSample | undefined;
  for await (const usage of containers.usage(name, signal)) {
    yield `${JSON.stringify(containerStats({ record: container.record, usage, before }))}\n`;
    before = usage;
  }
}
