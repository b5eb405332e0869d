import type { CgroupVersion } from '../../host/cgroup-version.ts';

/** What `HostConfig.CgroupnsMode` is where neither a client nor daemon.json says (daemon/config/config_linux.go of moby 28.5). */
export function defaultCgroupns(cgroupVersion: CgroupVersion): 'host' | 'private' {
  return cgroupVersion === '1' ? 'host' : 'private';
}
