import { dockerCliMessages as m } from '../../../messages/areas/docker-cli.ts';
import { messageOf } from '../../../messages/error-words.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { chooseVersion, upstreamVersion } from '../choose-version.ts';
import type { ClientPlan, ClientSearch } from './client-plan.ts';
import { distributionPackages, enginePackages } from './client-packages.ts';
import { packageSteps } from './package-steps.ts';

/**
 * Plans the client and its plugins from the distribution's own repositories, where it has the client apart from the
 * engine.
 *
 * @throws BerthError DOCKER_CLI_UNAVAILABLE, PACKAGE_VERSION_UNKNOWN.
 */
export async function clientFromDistribution(search: ClientSearch): Promise<ClientPlan> {
  const { host, manager, version: wanted } = search;
  const names = distributionPackages[manager.format];
  const client = await firstThere(names.client, search);
  if (client === undefined) throw unavailable(search);
  const plugins = [
    await firstThere(names.compose, search, isComposeV2),
    await firstThere(names.buildx, search),
  ].filter((each) => each !== undefined);
  const version = wanted === undefined ? undefined : chooseVersion(wanted, client);
  const specs = [
    { name: client.name, ...(version === undefined ? {} : { version }) },
    ...plugins.map(({ name }) => ({ name })),
  ];
  const { added } = await manager.additions(host, specs);
  const engine = added.find((name) => enginePackages.includes(name));
  if (engine !== undefined) {
    throw new BerthError('DOCKER_CLI_UNAVAILABLE', {
      message: m.clientBringsEngine({ client: client.name, engine }),
      remedy: m.clientBringsEngineRemedy(),
      details: { client: client.name, engine },
    });
  }
  const packages = await packageSteps(
    { client: client.name, version, plugins: plugins.map(({ name }) => name) },
    search,
  );
  const chosen = version ?? client.versions[0] ?? '';
  return {
    steps: packages.steps,
    notes: [m.clientFromDistribution({ name: client.name, version: chosen }), ...packages.notes],
  };
}

interface Available {
  readonly name: string;
  /** Newest first. */
  readonly versions: readonly string[];
}

async function firstThere(
  names: readonly string[],
  search: ClientSearch,
  fits: (version: string) => boolean = () => true,
): Promise<Available | undefined> {
  for (const name of names) {
    const versions = await versionsOf(name, search);
    if (versions.some(fits)) return { name, versions };
  }
  return undefined;
}

/** A fresh host may have no index at all: that says nothing about what the distribution has. */
async function versionsOf(name: string, search: ClientSearch): Promise<readonly string[]> {
  const { host, manager, tell } = search;
  const known = await manager.versions(host, name);
  if (known.length > 0 || refreshed.has(search)) return known;
  refreshed.add(search);
  tell(m.refreshing({ manager: manager.name }));
  try {
    await manager.refresh(host);
  } catch (error) {
    // Without root, or without a network: then what is known has to do.
    tell(messageOf(error));
  }
  return manager.versions(host, name);
}

/** Searches for which the index has been fetched: once is enough. */
const refreshed = new WeakSet<ClientSearch>();

/** Compose 1 is a program of its own, without the plugin, and has not been maintained since 2023. */
function isComposeV2(version: string): boolean {
  return Number(upstreamVersion(version)?.split('.')[0] ?? 0) >= 2;
}

function unavailable({ distribution, manager }: ClientSearch): BerthError {
  const wanted = distributionPackages[manager.format].client;
  return new BerthError('DOCKER_CLI_UNAVAILABLE', {
    message: m.clientNotInDistribution({
      name: distribution.prettyName,
      wanted: wanted.join('", "'),
    }),
    remedy: m.clientNotInDistributionRemedy(),
    details: { distribution: distribution.id, wanted },
  });
}
