import { statfs } from './files.ts';

/** Which cgroups a host has; a hybrid of both, where the controllers are those of v1, counts as `1`. */
export type CgroupVersion = '1' | '2';

/** `f_type` of a cgroup v2 mount (statfs(2), CGROUP2_SUPER_MAGIC). */
const cgroup2Magic = 0x63677270;

/** Looks at what is mounted on /sys/fs/cgroup, as Docker does (containerd/cgroups, `Mode`). */
export async function readCgroupVersion(): Promise<CgroupVersion> {
  return (await statfs('/sys/fs/cgroup')).type === cgroup2Magic ? '2' : '1';
}
