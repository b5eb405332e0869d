import type { ApiClient } from './client/client.ts';
import { segment } from './client/client.ts';
import type { ContainerDetail } from './client/containers.ts';
import { containerDetail } from './client/containers.ts';

/**
 * What the daemon knows of a container.
 *
 * @throws the daemon's code for one that there is not
 */
export async function inspectContainer(client: ApiClient, name: string): Promise<ContainerDetail> {
  return containerDetail(
    await client.json({ method: 'GET', path: `/containers/${segment(name)}/json` }),
  );
}
