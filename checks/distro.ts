import { checkSystemMessages as m } from '../messages/areas/checks-system.ts';
import { distributionIds, prettyName, readOsRelease } from '../runtime/host/os-release.ts';
import type { Check } from './check.ts';

/** A family of distributions: they share a package manager and the names of packages. */
type DistroFamily = 'debian' | 'fedora' | 'suse' | 'alpine' | 'arch';

/** Distributions by the ID of os-release(5): heads of families, and those that name no ID_LIKE. */
const families: Readonly<Record<string, DistroFamily>> = {
  debian: 'debian',
  ubuntu: 'debian',
  raspbian: 'debian',
  kylin: 'debian',
  uos: 'debian',
  deepin: 'debian',
  fedora: 'fedora',
  rhel: 'fedora',
  centos: 'fedora',
  rocky: 'fedora',
  almalinux: 'fedora',
  ol: 'fedora',
  amzn: 'fedora',
  openeuler: 'fedora',
  anolis: 'fedora',
  alinux: 'fedora',
  tencentos: 'fedora',
  opencloudos: 'fedora',
  suse: 'suse',
  sles: 'suse',
  opensuse: 'suse',
  'opensuse-leap': 'suse',
  'opensuse-tumbleweed': 'suse',
  alpine: 'alpine',
  arch: 'arch',
};

/** Whether the distribution, or one that it derives from, is known. */
export const distro: Check = {
  id: 'distro',
  title: m.distroTitle,
  group: 'system',
  wanted: m.distroWanted,
  why: m.distroWhy,
  severity: 'warn',
  privilege: 'none',
  async probe({ files }) {
    const release = await readOsRelease((path) => files.readText(path));
    if (release === undefined) {
      return {
        status: 'warn',
        seen: m.distroNoFile(),
        remedy: m.distroGoOn(),
      };
    }
    const { id, idLike } = distributionIds(release);
    const known = [id, ...idLike].find((each) => Object.hasOwn(families, each));
    const versionId = release.get('VERSION_ID');
    const name = prettyName(release) ?? id;
    const details = { id, versionId, idLike, family: known && families[known] };
    if (known === undefined) {
      return {
        status: 'warn',
        seen: m.distroUnknown({ name, id }),
        remedy: m.distroGoOn(),
        details,
      };
    }
    const seen = known === id ? m.distroKnown({ name }) : m.distroDerived({ name, parent: known });
    return { status: 'pass', seen, details };
  },
};
