import type { ApiRequest } from './http/api-request.ts';
import type { ApiResponse } from './http/api-response.ts';
import type { ApiServices } from './services.ts';

/** One method and path of the Docker Engine API. A new one is a line in a table in `routes/`. */
export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS';
  /** Without the version; `:name` is the container or image. */
  readonly path: string;
  readonly handle: (
    request: ApiRequest,
    services: ApiServices,
  ) => Promise<ApiResponse> | ApiResponse;
  /** How errors are told: `text` for what hijacks its connection before it looks at anything, as Docker's attach does. */
  readonly errors: 'json' | 'text';
}

type MakeRoute = (path: string, handle: Route['handle']) => Route;

const making =
  (method: Route['method'], errors: Route['errors'] = 'json'): MakeRoute =>
  (path, handle) => ({ method, path, handle, errors });

/** A GET route. */
export const get = making('GET');

/** A HEAD route: only headers go out. */
export const head = making('HEAD');

/** A POST route. */
export const post = making('POST');

/** A POST route that tells its errors on the hijacked connection. */
export const postHijacking = making('POST', 'text');

/** An OPTIONS route. */
export const options = making('OPTIONS');

/** A PUT route. */
export const put = making('PUT');

/** A DELETE route. */
export const remove = making('DELETE');
