import { updateRequestSchema } from '../../container/model/update-request.ts';
import { json } from '../http/api-response.ts';
import { isAtLeast } from '../http/api-version.ts';
import { post } from '../route.ts';
import type { Route } from '../route.ts';

/** The route that changes limits and restart policy. */
export const containerUpdateRoutes: readonly Route[] = [
  post('/containers/:name/update', async (request, { containers }) => {
    const body = await request.json(updateRequestSchema);
    const { version } = request;
    const asked = {
      ...body,
      // Before 1.40 clients sent 0 for it, without meaning anything by it.
      ...(isAtLeast(version, '1.40') ? {} : { PidsLimit: null }),
      // It was taken out of the API in 1.42, and has been ignored since.
      ...(isAtLeast(version, '1.42') ? { KernelMemory: 0 } : {}),
    };
    const warnings = await containers.update(request.name, asked);
    return json({ Warnings: warnings.length === 0 ? null : warnings });
  }),
];
