import { readFileSync } from 'node:fs';
import { parseCgroupMounts } from '../../../runtime/cgroup/mounts.ts';

/** Where cgroup v2 is mounted, alone or beside v1; `undefined` on a host that has none. */
export function unifiedMount(): string | undefined {
  const mounts = parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  return mounts.find(({ type }) => type === 'cgroup2')?.folder;
}
