import { BerthError, messageOf } from '../../errors/berth-error.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import type { HostConfig } from '../model/host-config.ts';
import { donorOf } from '../model/namespace-mode.ts';
import { isUserDefined } from '../model/network-mode.ts';

const field = 'HostConfig.Links';

/**
 * The containers that `HostConfig.Links` names, by ids, which stay when those are renamed. One that has another's network stands for
 * that one. In networks with names links are those of the endpoint, and nothing here.
 *
 * @param find throws when there is no container of a name
 * @throws CONTAINER_CONFIG_INVALID in Docker's words (daemon/daemon_unix.go of moby 28.5, `registerLinks`)
 */
export function resolveLinks(
  { Links, NetworkMode }: Pick<HostConfig, 'Links' | 'NetworkMode'>,
  find: (name: string) => Pick<ContainerRecord, 'id' | 'hostConfig'>,
): NonNullable<ContainerRecord['links']> {
  if (isUserDefined(NetworkMode)) return [];
  const links = (Links ?? []).map((link) => {
    const { name, alias } = parseLink(link);
    return { alias, container: ownerOfNetwork(name, find).id };
  });
  // Of several that have the same alias the first counts.
  return [...new Map(links.toReversed().map((link) => [link.alias, link])).values()].toReversed();
}

/** `name`, `name:alias`, `name:/alias`, or what `docker inspect` shows: `/name:/parent/alias`. */
function parseLink(link: string): { readonly name: string; readonly alias: string } {
  const [name = '', alias = name, ...more] = link.split(':');
  if (link === '' || name === '') throw invalid(link, 'empty string specified for links');
  if (more.length > 0) throw invalid(link, `bad format for links: ${link}`);
  if (!name.startsWith('/')) return { name, alias: alias.replace(/^\/+/, '') };
  return { name: name.slice(1), alias: alias.slice(alias.lastIndexOf('/') + 1) };
}

function ownerOfNetwork(
  name: string,
  find: (name: string) => Pick<ContainerRecord, 'id' | 'hostConfig'>,
): Pick<ContainerRecord, 'id' | 'hostConfig'> {
  const container = findOr(name, find);
  const { NetworkMode } = container.hostConfig;
  const donor = donorOf(NetworkMode);
  if (donor !== undefined) return ownerOfNetwork(donor, find);
  if (NetworkMode !== 'host') return container;
  throw invalid(
    name,
    "conflicting options: host type networking can't be used with links. This would result in undefined behavior",
  );
}

function findOr<Found>(name: string, find: (name: string) => Found): Found {
  try {
    return find(name);
  } catch (error) {
    // No 404: Docker's client would pull the image.
    throw invalid(name, `could not get container for ${name}: ${messageOf(error)}`);
  }
}

function invalid(value: string, message: string): BerthError {
  return new BerthError('CONTAINER_CONFIG_INVALID', {
    message,
    remedy: 'Write a container that is there and, when wanted, ":" and another name for it.',
    details: { field, value },
  });
}
