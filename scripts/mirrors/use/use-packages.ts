import { mirrorMessages as m } from '../../../messages/areas/mirrors.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { packageManagerOf } from '../../packages/index.ts';
import { planFor, type Plan } from '../../plan/plan.ts';
import { readDistribution } from '../../repositories/distribution.ts';
import { upstreamDockerUrl } from '../../repositories/docker-keys.ts';
import { planDockerSource } from '../../repositories/docker-source.ts';
import { existingDockerSources } from '../../repositories/existing-docker.ts';
import { dockerCliPackage } from '../../repositories/find-docker-repository.ts';
import { openWebFiles } from '../../repositories/indexes/web-files.ts';
import type { PackageMirrorChoice } from '../choose.ts';
import type { UseEnvironment } from './use-registry.ts';

/**
 * What has to change for the docker-ce repository of this host to come from a mirror, or from upstream for none.
 *
 * @throws BerthError MIRROR_USE_REFUSED on a host that has no such repository; REPOSITORY_*.
 */
export async function usePackagesPlan(
  choice: PackageMirrorChoice | undefined,
  { host, context, keys }: UseEnvironment & { readonly keys: readonly string[] | undefined },
): Promise<{ readonly plan: Plan; readonly root: string }> {
  const root = choice?.root ?? upstreamDockerUrl;
  const manager = await packageManagerOf(host, [dockerCliPackage]);
  const { format } = manager;
  const isKnown = format === 'deb' || format === 'rpm';
  if (!isKnown || (await existingDockerSources(host, format)).length === 0) {
    throw new BerthError('MIRROR_USE_REFUSED', {
      message: m.usePackagesNothing(),
      remedy: m.usePackagesNothingRemedy(),
    });
  }
  const files = openWebFiles(context.signal);
  try {
    const { steps } = await planDockerSource({
      ...{ host, manager, files, mirror: root },
      distribution: await readDistribution(host),
      ...(keys === undefined ? {} : { keys }),
    });
    const request = { verb: 'mirrors use', packages: root };
    return { plan: await planFor({ request, steps }, host), root };
  } finally {
    files.close();
  }
}
