import { noContent } from '../http/api-response.ts';
import { post } from '../route.ts';
import type { Route } from '../route.ts';

/** Routes that stop the processes of a container where they are, and let them go on. */
export const containerPauseRoutes: readonly Route[] = [
  post('/containers/:name/pause', async ({ name }, { containers }) => {
    await containers.pause(name);
    return noContent;
  }),
  post('/containers/:name/unpause', async ({ name }, { containers }) => {
    await containers.unpause(name);
    return noContent;
  }),
];
