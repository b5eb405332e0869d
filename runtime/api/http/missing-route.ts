import { BerthError } from '../../errors/berth-error.ts';

/** Parts of the Docker Engine API 1.51 that berth does not have yet, by the path without its version. */
const notYet: readonly RegExp[] = [
  /^\/(?:build|session|grpc|plugins)(?:\/|$)/,
  /^\/swarm\/(?:init|join)$/,
];

/** What a cluster has. */
const ofSwarm = /^\/(?:swarm|nodes|services|tasks|secrets|configs)(?:\/|$)/;

/**
 * A single object of a kind that berth does not have. `docker inspect` asks for a name among all kinds, and goes on to the
 * next only when the answer is 404: there is none of that name.
 */
const oneObject = /^\/(?:networks|plugins|nodes|services|tasks|secrets|configs)\/[^/]+(?:\/json)?$/;

/** Only volumes of a cluster can be changed. */
const clusterVolume = /^\/volumes\/[^/]+$/;

/** The error for a URL with a "%" that no two hexadecimal digits follow (RFC 3986, 2.1). */
export function invalidUrl(method: string, url: string): BerthError {
  return new BerthError('API_REQUEST_INVALID', {
    message: `the path of "${url}" cannot be decoded, wanted "%" with two hexadecimal digits`,
    remedy: 'Correct the URL.',
    details: { method, url },
  });
}

/** The error for a request that no route takes: one of Docker's that is still to come, or one of nobody's. */
export function missingRoute(method: string, url: string): BerthError {
  const [path = ''] = url.split('?', 1);
  const details = { method, url };
  const asksForOne = method === 'GET' && oneObject.test(path);
  const changesVolume = method === 'PUT' && clusterVolume.test(path);
  if (changesVolume || (!asksForOne && notYet.some((pattern) => pattern.test(path)))) {
    return new BerthError('API_NOT_IMPLEMENTED', {
      message: `berth does not have ${method} ${path} yet`,
      remedy: 'See "Status" in the README for what is there and what comes later.',
      details,
    });
  }
  if (!asksForOne && ofSwarm.test(path)) return noSwarm(path, details);
  return new BerthError('API_ROUTE_NOT_FOUND', {
    message: 'page not found',
    remedy: 'See runtime/api/README.md for what berth answers.',
    details,
  });
}

/** In the words of a dockerd that is in no swarm (daemon/cluster/errors.go of moby 28.5), which clients look for. */
function noSwarm(path: string, details: Readonly<Record<string, string>>): BerthError {
  return new BerthError('API_NO_SWARM', {
    message:
      path === '/swarm/leave'
        ? 'This node is not part of a swarm'
        : 'This node is not a swarm manager: berth has no Swarm mode.',
    remedy: 'Use containers and networks of this host; "docker compose" needs no swarm.',
    details,
  });
}
