/** A repository of an upstream registry. */
export interface RepositoryName {
  /** As in image names: `docker.io`, `ghcr.io`, `localhost:5000`. */
  readonly registry: string;
  /** Within the registry: `library/ubuntu`. */
  readonly path: string;
}

const dockerHub = 'docker.io';
const namesOfHub: readonly string[] = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** Grammar of distribution-spec 1.1, "Pulling manifests". */
const pathPattern =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const hostPattern =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?$/;
const longestPath = 255;

/** The name under which a registry is configured: Docker Hub's hosts are all `docker.io`. */
export function registryName(host: string): string {
  const lower = host.toLowerCase();
  return namesOfHub.includes(lower) ? dockerHub : lower;
}

/** Whether a part of a name is a registry's host: only a host has a dot or a port, or is localhost. */
function isHost(part: string): boolean {
  return (/[.:]/.test(part) || part === 'localhost') && hostPattern.test(part);
}

/**
 * Finds the upstream repository that a request means: the registry is `ns` (as containerd and berth send it), else the
 * first part of the name if that is a host (`ghcr.io/owner/name`), else Docker Hub, as for Docker's own mirrors.
 *
 * @returns `undefined` for what is no name.
 */
export function repositoryName(name: string, ns: string | undefined): RepositoryName | undefined {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const rest = name.slice(slash + 1);
  if (ns !== undefined) {
    if (!hostPattern.test(ns)) return undefined;
    const registry = registryName(ns);
    // A mirror that is configured with the registry as its path sends both.
    const isRepeated = isHost(first) && registryName(first) === registry;
    return checked({ registry, path: isRepeated ? rest : name });
  }
  return isHost(first)
    ? checked({ registry: registryName(first), path: rest })
    : checked({ registry: dockerHub, path: name });
}

function checked(name: RepositoryName): RepositoryName | undefined {
  return name.path.length <= longestPath && pathPattern.test(name.path) ? name : undefined;
}

/** The whole name, for keys and messages: `docker.io/library/ubuntu`. */
export function nameOf({ registry, path }: RepositoryName): string {
  return `${registry}/${path}`;
}
