import type { ApiListener } from './listener.ts';
import { routes } from './routes/table.ts';
import { createApiServer } from './server.ts';
import type { ApiServices } from './services.ts';

/** An API that is served. */
export interface ServedApi {
  /** Ends all connections, those that were handed over too. */
  close(): Promise<void>;
}

/** Serves the Docker Engine API on a listener, beginning with the requests that wait there. */
export async function serveApi(services: ApiServices, listener: ApiListener): Promise<ServedApi> {
  const app = createApiServer(services, routes);
  await app.ready();
  listener.serve({
    request: (request, response) => {
      app.routing(request, response);
    },
    upgrade: (request, connection, head) => {
      app.server.emit('upgrade', request, connection, head);
    },
  });
  return {
    close: async () => {
      await app.close();
      await listener.close();
    },
  };
}
