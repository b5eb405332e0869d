import { checkMessages } from '../messages/areas/checks.ts';
import { checkCgroupMessages as m } from '../messages/areas/checks-cgroups.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import { readCgroupLayout } from './probes/cgroup-layout.ts';
import type { CgroupLayout } from './probes/cgroup-layout.ts';

const needed = ['cpu', 'cpuset', 'memory', 'pids'];

/** Whether the controllers are there that a container's limits are set with. */
export const cgroupControllers: Check = {
  id: 'cgroup.controllers',
  title: m.controllersTitle,
  group: 'cgroups',
  wanted: () => m.controllersWanted({ needed: needed.join(', ') }),
  why: m.controllersWhy,
  severity: 'fail',
  privilege: 'none',
  async probe({ files }) {
    const layout = await readCgroupLayout(files);
    const missing = needed.filter((name) => !has(layout, name));
    if (missing.length > 0) {
      return {
        status: 'fail',
        seen: m.controllersMissing({ missing: missing.map((name) => `"${name}"`).join(', ') }),
        remedy: await remedyFor(files, missing),
        details: { missing },
      };
    }
    // v1 calls it blkio.
    if (!has(layout, 'io') && !has(layout, 'blkio')) {
      return {
        status: 'warn',
        seen: m.controllersNoIo({ needed: needed.join(', ') }),
        remedy: m.controllersNoIoRemedy(),
        details: { missing: ['io'] },
      };
    }
    return { status: 'pass', seen: m.controllersAll({ names: needed.join(', ') }) };
  },
};

function has(layout: CgroupLayout, controller: string): boolean {
  return layout.unifiedControllers.has(controller) || layout.legacy.has(controller);
}

/** /proc/cgroups (cgroups(7)) tells a controller that is switched off from one that is only not mounted. */
async function remedyFor(
  files: CheckContext['files'],
  missing: readonly string[],
): Promise<string> {
  const rows = ((await files.readText('/proc/cgroups')) ?? '')
    .split('\n')
    .map((line) => line.split(/\s+/));
  const enabled = (name: string): string | undefined => rows.find(([first]) => first === name)?.[3];
  const off = missing.filter((name) => enabled(name) === '0');
  if (off.length > 0) {
    const words = off.map((name) => `cgroup_enable=${name}`).join(' ');
    return m.controllersEnable({ words });
  }
  if (missing.every((name) => enabled(name) === '1')) {
    return m.controllersNotMounted();
  }
  return checkMessages.bootKernelWith({
    options: missing.map((name) => kernelOption[name] ?? name).join(', '),
  });
}

const kernelOption: Readonly<Record<string, string>> = {
  cpu: 'CONFIG_CGROUP_SCHED',
  cpuset: 'CONFIG_CPUSETS',
  memory: 'CONFIG_MEMCG',
  pids: 'CONFIG_CGROUP_PIDS',
};
