import { readCgroupVersion, type CgroupVersion } from '../../host/cgroup-version.ts';
import { readTextIfExists, statfs } from '../../host/files.ts';
import { prettyName, readOsRelease } from '../../host/os-release.ts';

/** What `/info` tells of the host. */
export interface HostFacts {
  /** Such as `Debian GNU/Linux 12 (bookworm)`. */
  readonly operatingSystem: string;
  readonly osVersion: string;
  readonly cgroupVersion: CgroupVersion;
  /** cgroup controllers that the kernel has switched on. */
  readonly controllers: ReadonlySet<string>;
  readonly ipv4Forwarding: boolean;
  /** File system below the data root, such as `extfs`. */
  readonly backingFilesystem: string;
}

/** Magic numbers of statfs(2), in Docker's words. */
const fileSystems: Readonly<Record<number, string>> = {
  0xef53: 'extfs',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x01021994: 'tmpfs',
  0x794c7630: 'overlayfs',
  0x2fc12fc1: 'zfs',
  0x6969: 'nfs',
};

/** Controllers of /proc/cgroups that are enabled (cgroups(7)). */
function enabledControllers(text: string): ReadonlySet<string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const fields = lines.map((line) => line.split('\t'));
  return new Set(fields.filter((field) => field[3] === '1').map(([name = '']) => name));
}

async function isOn(path: string): Promise<boolean> {
  return (await readTextIfExists(path))?.trim() === '1';
}

/** Looks at the host. */
export async function readHostFacts(dataRoot: string): Promise<HostFacts> {
  const [release, controllers, cgroupVersion, backing, forwarding] = await Promise.all([
    readOsRelease(readTextIfExists),
    readTextIfExists('/proc/cgroups'),
    readCgroupVersion(),
    statfs(dataRoot),
    isOn('/proc/sys/net/ipv4/ip_forward'),
  ]);
  return {
    operatingSystem: prettyName(release) ?? 'Linux',
    osVersion: release?.get('VERSION_ID') ?? '',
    cgroupVersion,
    controllers: enabledControllers(controllers ?? ''),
    ipv4Forwarding: forwarding,
    backingFilesystem: fileSystems[backing.type] ?? 'unknown',
  };
}
