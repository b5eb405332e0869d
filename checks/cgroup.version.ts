import { checkCgroupMessages as m } from '../messages/areas/checks-cgroups.ts';
import type { Check } from './check.ts';
import { readCgroupLayout } from './probes/cgroup-layout.ts';

/** Which version of control groups the host mounts. */
export const cgroupVersion: Check = {
  id: 'cgroup.version',
  title: m.versionTitle,
  group: 'cgroups',
  wanted: m.versionWanted,
  why: m.versionWhy,
  severity: 'fail',
  privilege: 'none',
  async probe({ files }) {
    const layout = await readCgroupLayout(files);
    const details = {
      version: layout.version,
      unified: layout.unified,
      unifiedControllers: [...layout.unifiedControllers],
      legacy: Object.fromEntries(layout.legacy),
    };
    switch (layout.version) {
      case 'v2':
        return { status: 'pass', seen: m.versionV2({ at: layout.unified ?? '' }), details };
      case 'hybrid':
        return {
          status: 'pass',
          seen: m.versionHybrid({ at: layout.unified ?? '' }),
          note: m.versionHybridNote(),
          details,
        };
      case 'v1':
        return {
          status: 'warn',
          seen: m.versionV1(),
          remedy: m.versionV1Remedy(),
          details,
        };
      case 'none':
        return {
          status: 'fail',
          seen: m.versionNone(),
          remedy: m.versionNoneRemedy(),
          details,
        };
    }
  },
};
