import { dockerCliMessages as m } from '../../../messages/areas/docker-cli.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { chooseVersion, fitsVersion } from '../choose-version.ts';
import { planDockerSource } from '../docker-source.ts';
import { dockerCliPackage } from '../find-docker-repository.ts';
import type { IndexedPackage } from '../indexes/indexed-package.ts';
import { requirePackage } from '../require-package.ts';
import type { ClientPlan, ClientSearch } from './client-plan.ts';
import { dockerCePackages, enginePackages } from './client-packages.ts';
import { newestFirst } from './newest-first.ts';
import { packageSteps } from './package-steps.ts';
import type { PresentClient } from './present-client.ts';

/**
 * Plans the client and its plugins from the docker-ce repository, which is added where the host lacks it. What will be
 * installed is looked for on the server first, so that a mirror that is half synchronised is found out now.
 *
 * @throws BerthError REPOSITORY_*, PACKAGE_VERSION_UNKNOWN, DOCKER_CLI_UNAVAILABLE.
 */
export async function clientFromDockerCe(
  search: ClientSearch,
  present: PresentClient,
): Promise<ClientPlan> {
  const { host, manager } = search;
  const source = await planDockerSource(search);
  const named = (name: string): readonly IndexedPackage[] =>
    newestFirst(
      source.found.packages.filter((each) => each.name === name),
      manager,
    );
  const version = versionFor(search, { present, versions: named(dockerCliPackage) });
  const names: string[] = [];
  for (const name of dockerCePackages) {
    const wanted = named(name).find(
      (each) => name !== dockerCliPackage || each.version === (version ?? each.version),
    );
    // Releases at the end of their life have clients from before the plugins.
    if (wanted === undefined && name !== dockerCliPackage) continue;
    names.push(name);
    if (wanted === undefined || (await manager.installedVersion(host, name)) !== undefined)
      continue;
    requireNoEngine(wanted);
    await requirePackage(wanted, search.files);
  }
  const [client = dockerCliPackage, ...plugins] = names;
  const packages = await packageSteps({ client, version, plugins }, search);
  const chosen = version ?? named(dockerCliPackage)[0]?.version ?? '';
  return {
    steps: [...source.steps, ...packages.steps],
    notes: [m.clientFromDockerCe({ version: chosen }), ...packages.notes, ...source.notes],
  };
}

/** The exact version to install; `undefined` when the user named none. One that is installed and fits stays. */
function versionFor(
  { version: wanted }: ClientSearch,
  known: { readonly present: PresentClient; readonly versions: readonly IndexedPackage[] },
): string | undefined {
  if (wanted === undefined) return undefined;
  const { present } = known;
  if (present.kind === 'docker-ce' && fitsVersion(wanted, present.version)) return present.version;
  const versions = known.versions.map(({ version }) => version);
  return chooseVersion(wanted, { name: dockerCliPackage, versions });
}

function requireNoEngine({ name, version, depends }: IndexedPackage): void {
  const engine = depends.find((each) => enginePackages.includes(each));
  if (engine === undefined) return;
  throw new BerthError('DOCKER_CLI_UNAVAILABLE', {
    message: m.clientBringsEngine({ client: `${name} ${version}`, engine }),
    remedy: m.clientBringsEngineRemedy(),
    details: { name, version, engine },
  });
}
