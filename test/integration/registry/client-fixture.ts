import { onTestFinished } from 'vitest';

import { HttpConnections } from '../../../runtime/host/http-request.ts';
import { originOf } from '../../../runtime/registry/endpoint.ts';
import type { Endpoint } from '../../../runtime/registry/endpoint.ts';
import { defaultRegistryConfig } from '../../../runtime/registry/registry-config.ts';
import type { SessionOptions } from '../../../runtime/registry/registry-session.ts';
import { RepositoryClient } from '../../../runtime/registry/repository-client.ts';
import { hurriedClock } from './push-fixture.ts';

/** Connects to the repository `team/app` of a registry on loopback, with a clock whose waits are over at once. */
export function connectClient(
  domain: string,
  { endpoint, ...changes }: Partial<SessionOptions> & { readonly endpoint?: Endpoint } = {},
): Promise<RepositoryClient> {
  const connections = new HttpConnections();
  onTestFinished(() => {
    connections.close();
  });
  const config = defaultRegistryConfig;
  return RepositoryClient.connect(endpoint ?? originOf(domain, config), {
    connections,
    config,
    domain,
    repository: 'team/app',
    access: 'pull',
    credentials: undefined,
    signal: undefined,
    clock: hurriedClock(),
    random: () => 0,
    ...changes,
  });
}
