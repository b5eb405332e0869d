import type { Check } from './check.ts';
import { cgroupFiles } from './probes/cgroup-files.ts';
import { readCgroupLayout } from './probes/cgroup-layout.ts';

const freezeFile = 'cgroup.freeze';

/** Whether all processes of a container can be stopped at once. */
export const cgroupFreezer: Check = {
  id: 'cgroup.freezer',
  title: 'Freezer',
  group: 'cgroups',
  wanted: `a v1 freezer, or "${freezeFile}" in a new v2 cgroup`,
  why: 'Pausing a container, and ending all of its processes at once, are done by the freezer.',
  severity: 'fail',
  privilege: 'root',
  async probe(context) {
    const { legacy, unified } = await readCgroupLayout(context.files);
    const freezer = legacy.get('freezer');
    if (freezer !== undefined) return { status: 'pass', seen: `v1 freezer at "${freezer}"` };
    if (unified === undefined) {
      return {
        status: 'fail',
        seen: 'neither a v1 freezer nor a v2 hierarchy is mounted',
        remedy: 'Mount cgroup v2 at /sys/fs/cgroup (Linux 5.2 or newer), or the v1 freezer.',
      };
    }
    const found = await cgroupFiles(context, unified, [freezeFile]);
    if (found.kind === 'refused') {
      return {
        status: 'fail',
        seen: found.failure.message,
        remedy: `Make "${unified}" writable for berth: it has to make cgroups there.`,
        details: { errno: found.failure.errno },
      };
    }
    if (found.names.has(freezeFile)) {
      return { status: 'pass', seen: `"${freezeFile}" in a new cgroup below "${unified}"` };
    }
    return {
      status: 'fail',
      seen: `no "${freezeFile}" in a new cgroup below "${unified}"`,
      remedy: 'Boot Linux 5.2 or newer, or mount the v1 freezer.',
    };
  },
};
