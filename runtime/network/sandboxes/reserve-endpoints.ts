import { BerthError } from '../../errors/berth-error.ts';
import type { NetworkState } from '../lifecycle/network-state.ts';
import type { Endpoint } from '../model/sandbox-record.ts';
import type { EndpointRequest } from './endpoint-request.ts';
import { releaseEndpoint, reserveEndpoint } from './reserve-endpoint.ts';
import { findOpen } from './sandbox-lookup.ts';

/**
 * Takes the addresses of some endpoints of a container, of all or none. What those have who leave is free in a moment: nobody is
 * refused for that.
 * @param taken interfaces that the container has
 * @throws NETWORK_NOT_FOUND, and what `reserveEndpoint` throws
 */
export async function reserveEndpoints(
  state: NetworkState,
  requests: readonly EndpointRequest[],
  taken: readonly string[] = [],
): Promise<readonly Endpoint[]> {
  try {
    return reserveNow(state, requests, taken);
  } catch (error) {
    const isUsedUp = ['NETWORK_ADDRESS_IN_USE', 'NETWORK_ADDRESSES_USED_UP'].some(
      (code) => error instanceof BerthError && error.code === code,
    );
    if (!isUsedUp || state.leaving.size === 0) throw error;
    await Promise.allSettled(state.leaving.values());
    return reserveNow(state, requests, taken);
  }
}

function reserveNow(
  state: NetworkState,
  requests: readonly EndpointRequest[],
  taken: readonly string[],
): readonly Endpoint[] {
  const endpoints: Endpoint[] = [];
  try {
    for (const request of requests) {
      const names = [...taken, ...endpoints.map(({ interfaceName }) => interfaceName)];
      endpoints.push(reserveEndpoint(findOpen(state, request.network), request, names));
    }
    return endpoints;
  } catch (error) {
    for (const endpoint of endpoints) releaseEndpoint(state, endpoint);
    throw error;
  }
}
