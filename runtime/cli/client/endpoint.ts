import type { Duplex } from 'node:stream';
import { BerthError } from '../../errors/berth-error.ts';

/** Where the daemon listens. */
export interface Endpoint {
  /** Empty where `connect` is there. */
  readonly socketPath: string;
  /** For people; absent for a Unix socket. */
  readonly address?: string;
  /** Makes a connection where it is no Unix socket: over TLS, or through ssh. */
  readonly connect?: () => Duplex;
}

/** The address that is used when none is given. */
export const defaultAddress = 'unix:///run/berth/berth.sock';

/**
 * Reads an address in the form that `DOCKER_HOST` has. Only unix sockets are understood here; see
 * contexts/resolve-endpoint.ts for the others.
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
