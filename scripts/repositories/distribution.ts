import { readTextIfExists } from '../../runtime/host/files.ts';
import {
  distributionIds,
  parseAssignments,
  prettyName,
  readOsRelease,
} from '../../runtime/host/os-release.ts';
import type { ProvisionHost } from '../host/provision-host.ts';

/** The distribution of a host, as far as repositories depend on it. */
export interface Distribution {
  /** ID of os-release(5), lower case; `linux` when the file does not say. */
  readonly id: string;
  /** Distributions that it derives from, nearest first. */
  readonly idLike: readonly string[];
  /** VERSION_ID; empty for a rolling release. */
  readonly version: string;
  /** VERSION_CODENAME: for a derivative its own, not that of what it derives from. */
  readonly codename?: string;
  /** The Ubuntu or Debian release underneath, where the derivative says so. */
  readonly ubuntuCodename?: string;
  readonly debianCodename?: string;
  /** /etc/debian_version, such as `12.5` or `bookworm/sid`. */
  readonly debianVersion?: string;
  /** For people. */
  readonly prettyName: string;
}

/** Reads os-release(5) and, for derivatives that say little there, what else they inherit. */
export async function readDistribution(host: ProvisionHost): Promise<Distribution> {
  const read = (path: string): Promise<string | undefined> => readTextIfExists(host.path(path));
  const release = await readOsRelease(read);
  // Some derivatives keep the lsb-release of what they derive from beside their own.
  const upstream = parseAssignments((await read('/etc/upstream-release/lsb-release')) ?? '');
  const debianVersion = (await read('/etc/debian_version'))?.trim();
  const { id, idLike } = distributionIds(release);
  const fromUpstream = upstream.get('DISTRIB_CODENAME')?.toLowerCase();
  const optional = {
    codename: release?.get('VERSION_CODENAME')?.toLowerCase(),
    ubuntuCodename: release?.get('UBUNTU_CODENAME')?.toLowerCase() ?? fromUpstream,
    debianCodename: release?.get('DEBIAN_CODENAME')?.toLowerCase(),
    debianVersion,
  };
  return {
    id,
    idLike,
    version: release?.get('VERSION_ID') ?? '',
    prettyName: prettyName(release) ?? id,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => Boolean(value))),
  };
}
