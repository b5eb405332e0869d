import type { ApiListener } from './listener.ts';
import { routes } from './routes/table.ts';
import { ApiServer } from './server.ts';
import type { ApiServices } from './services.ts';

/** An API that is served. */
export interface ServedApi {
  /** Ends all connections, those that were handed over too. */
  close(): Promise<void>;
}

/** Serves the Docker Engine API on a listener, beginning with the requests that wait there. */
export function serveApi(services: ApiServices, listener: ApiListener): ServedApi {
  const server = new ApiServer(services, routes);
  listener.serve(server);
  return {
    close: async () => {
      server.close();
      await listener.close();
    },
  };
}
