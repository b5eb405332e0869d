import type { ApiRequest } from './http/api-request.ts';
import type { ApiResponse } from './http/api-response.ts';
import type { ApiServices } from './services.ts';

/** One method and path of the Docker Engine API. A new one is a line in a table in `routes/`. */
export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Without the version; `:name` is the container or image. */
  readonly path: string;
  readonly handle: (
    request: ApiRequest,
    services: ApiServices,
  ) => Promise<ApiResponse> | ApiResponse;
}

type Handle = Route['handle'];

/** A GET route. */
export const get = (path: string, handle: Handle): Route => ({ method: 'GET', path, handle });

/** A HEAD route: only headers go out. */
export const head = (path: string, handle: Handle): Route => ({ method: 'HEAD', path, handle });

/** A POST route. */
export const post = (path: string, handle: Handle): Route => ({ method: 'POST', path, handle });

/** A PUT route. */
export const put = (path: string, handle: Handle): Route => ({ method: 'PUT', path, handle });

/** A DELETE route. */
export const remove = (path: string, handle: Handle): Route => ({ method: 'DELETE', path, handle });
