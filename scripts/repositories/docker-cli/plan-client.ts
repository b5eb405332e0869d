import { dockerCliMessages as m } from '../../../messages/areas/docker-cli.ts';
import { messageOf } from '../../../messages/error-words.ts';
import { BerthError, isBerthError } from '../../../runtime/errors/berth-error.ts';
import type { ClientPlan, ClientSearch, clientSources } from './client-plan.ts';
import { clientFromDistribution } from './from-distribution.ts';
import { clientFromDockerCe } from './from-docker-ce.ts';
import { presentClient, type PresentClient } from './present-client.ts';

/**
 * Plans a Docker client, never an engine. One that the host has already is used, unless another one was asked for by
 * name.
 *
 * @throws BerthError DOCKER_CLI_CONFLICT, DOCKER_CLI_UNAVAILABLE, REPOSITORY_*, PACKAGE_VERSION_UNKNOWN.
 */
export async function planClient(
  source: (typeof clientSources)[number],
  search: ClientSearch,
): Promise<ClientPlan> {
  const present = await presentClient(search.host, search.manager);
  if (present.kind === 'podman') throw conflict('podman-docker');
  if (present.kind === 'package' || present.kind === 'program') {
    const name = present.kind === 'package' ? present.name : 'docker';
    if (source === 'docker-ce' || search.version !== undefined) throw conflict(name);
    return { steps: [], notes: [m.clientPresent({ name, version: present.version })] };
  }
  switch (source) {
    case 'docker-ce':
      return clientFromDockerCe(search, present);
    case 'distribution':
      return clientFromDistribution(search);
    case 'auto':
      return clientFromEither(search, present);
  }
}

/** docker-ce where Docker has packages for the host; a mirror that lies is an error, not a reason to go elsewhere. */
async function clientFromEither(search: ClientSearch, present: PresentClient): Promise<ClientPlan> {
  try {
    return await clientFromDockerCe(search, present);
  } catch (first) {
    if (!isBerthError(first, 'REPOSITORY_UNAVAILABLE')) throw first;
    search.tell(m.clientFromDistributionInstead({ why: messageOf(first) }));
    try {
      return await clientFromDistribution(search);
    } catch (second) {
      if (!isBerthError(second, 'DOCKER_CLI_UNAVAILABLE')) throw second;
      throw new BerthError('DOCKER_CLI_UNAVAILABLE', {
        message: `${messageOf(first)}; ${messageOf(second)}`,
        remedy: m.clientNowhereRemedy(),
        details: { ...first.details, ...second.details },
        cause: first,
      });
    }
  }
}

function conflict(name: string): BerthError {
  return new BerthError('DOCKER_CLI_CONFLICT', {
    message: m.clientConflict({ name }),
    remedy: m.clientConflictRemedy({ name }),
    details: { present: name },
  });
}
