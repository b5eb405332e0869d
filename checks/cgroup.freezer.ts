import { checkCgroupMessages as m } from '../messages/areas/checks-cgroups.ts';
import type { Check } from './check.ts';
import { cgroupFiles } from './probes/cgroup-files.ts';
import { readCgroupLayout } from './probes/cgroup-layout.ts';

const freezeFile = 'cgroup.freeze';

/** Whether all processes of a container can be stopped at once. */
export const cgroupFreezer: Check = {
  id: 'cgroup.freezer',
  title: m.freezerTitle,
  group: 'cgroups',
  wanted: () => m.freezerWanted({ file: freezeFile }),
  why: m.freezerWhy,
  severity: 'fail',
  privilege: 'root',
  async probe(context) {
    const { legacy, unified } = await readCgroupLayout(context.files);
    const freezer = legacy.get('freezer');
    if (freezer !== undefined) return { status: 'pass', seen: m.freezerV1({ at: freezer }) };
    if (unified === undefined) {
      return {
        status: 'fail',
        seen: m.freezerNone(),
        remedy: m.freezerNoneRemedy(),
      };
    }
    const found = await cgroupFiles(context, unified, [freezeFile]);
    if (found.kind === 'refused') {
      return {
        status: 'fail',
        seen: found.failure.message,
        remedy: m.freezerUnwritable({ at: unified }),
        details: { errno: found.failure.errno },
      };
    }
    if (found.names.has(freezeFile)) {
      return { status: 'pass', seen: m.freezerPresent({ file: freezeFile, at: unified }) };
    }
    return {
      status: 'fail',
      seen: m.freezerAbsent({ file: freezeFile, at: unified }),
      remedy: m.freezerKernel(),
    };
  },
};
