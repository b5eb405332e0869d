import { readTextIfExists } from '../../runtime/host/files.ts';
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
  const release = parseAssignments(
    (await read('/etc/os-release')) ?? (await read('/usr/lib/os-release')) ?? '',
  );
  // Some derivatives keep the lsb-release of what they derive from beside their own.
  const upstream = parseAssignments((await read('/etc/upstream-release/lsb-release')) ?? '');
  const debianVersion = (await read('/etc/debian_version'))?.trim();
  const id = (release.get('ID') ?? 'linux').toLowerCase();
  const fromUpstream = upstream.get('DISTRIB_CODENAME')?.toLowerCase();
  const optional = {
    codename: release.get('VERSION_CODENAME')?.toLowerCase(),
    ubuntuCodename: release.get('UBUNTU_CODENAME')?.toLowerCase() ?? fromUpstream,
    debianCodename: release.get('DEBIAN_CODENAME')?.toLowerCase(),
    debianVersion,
  };
  return {
    id,
    idLike: (release.get('ID_LIKE') ?? '').toLowerCase().split(/\s+/).filter(Boolean),
    version: release.get('VERSION_ID') ?? '',
    prettyName: release.get('PRETTY_NAME') ?? release.get('NAME') ?? id,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => Boolean(value))),
  };
}

/** Assignments as in shell; os-release(5) allows `"..."` with backslashes and `'...'`. */
function parseAssignments(text: string): ReadonlyMap<string, string> {
  const found = text.split('\n').flatMap((line) => {
    const [, key, value] = /^\s*([A-Z0-9_]+)=(.*?)\s*$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key, unquote(value)] as const];
  });
  return new Map(found);
}

function unquote(value: string): string {
  const [, quote, inner = ''] = /^(["'])(.*)\1$/.exec(value) ?? [];
  if (quote === undefined) return value;
  return quote === '"' ? inner.replace(/\\(["$`\\])/g, '$1') : inner;
}
