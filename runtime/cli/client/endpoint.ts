import { BerthError } from '../../errors/berth-error.ts';

/** Where the daemon listens. */
export interface Endpoint {
  readonly socketPath: string;
}

/** The address that is used when none is given. */
export const defaultAddress = 'unix:///run/berth/berth.sock';

/**
 * Reads an address in the form that `DOCKER_HOST` has. Only unix sockets are spoken: TCP without TLS would hand
 * root to whoever reaches the port.
 *
 * @throws ENDPOINT_INVALID
 */
export function parseEndpoint(address: string): Endpoint {
  const socketPath = address.startsWith('unix://') ? address.slice('unix://'.length) : '';
  if (!socketPath.startsWith('/')) {
    throw new BerthError('ENDPOINT_INVALID', {
      message: `the daemon's address is '${address}', wanted 'unix://' and an absolute path`,
      remedy: `Leave out --host and BERTH_HOST for the default, ${defaultAddress}.`,
      details: { address },
    });
  }
  return { socketPath };
}
