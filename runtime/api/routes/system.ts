import { noFilters } from '../../container/query/filters.ts';
import type { ApiResponse } from '../http/api-response.ts';
import { json, ok } from '../http/api-response.ts';
import { expositionType } from '../metrics/exposition.ts';
import { pingBody, pingHeaders } from '../http/ping.ts';
import { get, head, options } from '../route.ts';
import type { Route } from '../route.ts';
import { diskUsage } from '../system/disk-usage.ts';
import { infoForVersion } from '../system/info-compatibility.ts';
import { systemInfo } from '../system/system-info.ts';
import { versionInfo } from '../system/version-info.ts';

const ping = (body: string) => (): ApiResponse => ({ kind: 'text', body, headers: pingHeaders });

/** Routes about berth itself. */
export const systemRoutes: readonly Route[] = [
  get('/_ping', ping(pingBody)),
  head('/_ping', ping('')),
  // Docker has an answer to it for any path.
  options('/*', () => ok),
  get('/metrics', async (_request, { metrics }) => ({
    ...{ kind: 'bytes', contentType: expositionType, headers: {} },
    body: Buffer.from((await metrics?.()) ?? ''),
  })),
  get('/version', (_request, { identity }) => json(versionInfo(identity))),
  get('/info', async ({ version }, services) => {
    const query = { scope: 'all', limit: 0, filters: noFilters } as const;
    const containers = await services.containers.list(query);
    return json(infoForVersion(await systemInfo(services, containers), version));
  }),
  get('/system/df', async (request, services) => json(await diskUsage(request, services))),
];
