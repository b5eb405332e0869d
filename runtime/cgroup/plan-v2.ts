import { posix } from 'node:path';
import type { Resources } from '../spec/resources.ts';
import {
  type CgroupPlan,
  type CgroupReport,
  type CgroupWrite,
  type ControllerPlan,
  unifiedJoin,
} from './cgroup-plan.ts';
import type { Controller } from './controllers/controller.ts';
import { nothing, write } from './controllers/controller.ts';
import { cpuController } from './controllers/cpu.ts';
import { cpusetController } from './controllers/cpuset.ts';
import { devicesController } from './controllers/devices.ts';
import { freezerV2 } from './controllers/freezer.ts';
import { hugetlbController } from './controllers/hugetlb.ts';
import { ioController } from './controllers/io.ts';
import { kernelMemoryController } from './controllers/kernel-memory.ts';
import { memoryController } from './controllers/memory.ts';
import { networkReports } from './controllers/network.ts';
import { pidsController } from './controllers/pids.ts';
import { rdmaController } from './controllers/rdma.ts';
import { realtimeController } from './controllers/realtime.ts';
import { compileDeviceProgram } from './device-program/compile.ts';
import { deviceAllowList } from './device-rules.ts';
import { foldersDownTo } from './folders.ts';
import type { CgroupV2Layout } from './layout.ts';
import { unifiedControllers, unifiedWrites } from './unified.ts';
import { refuseAsked } from './usable-layout.ts';

/** Controllers with limits, as cgroup.controllers names them. */
const limiting: readonly (readonly [string, Pick<Controller, 'asked' | 'v2'>])[] = [
  ['memory', memoryController],
  ['memory', kernelMemoryController],
  ['cpu', cpuController],
  ['cpu', realtimeController],
  ['pids', pidsController],
  ['cpuset', cpusetController],
  ['io', ioController],
  ['hugetlb', hugetlbController],
  ['rdma', rdmaController],
];

/** Enabled even when nothing is limited: `docker stats` reads what they count, and limits may be set later. */
const counting: readonly string[] = ['cpu', 'cpuset', 'io', 'memory', 'pids'];

/** What a v2 plan is made from. */
export interface V2PlanRequest {
  readonly layout: CgroupV2Layout;
  /** The cgroup's folders, from the mount down. */
  readonly names: readonly string[];
  readonly resources: Resources;
}

/** A folder hands a controller down only when it is told so; from the mount's root on, each in turn. */
function enable(
  folders: readonly string[],
  controllers: readonly string[],
  onError: CgroupWrite['onError'],
): readonly CgroupWrite[] {
  if (controllers.length === 0) return [];
  const value = controllers.map((controller) => `+${controller}`).join(' ');
  return folders.flatMap((folder) =>
    write(folder, 'cgroup.subtree_control', value, {
      label: `enable ${controllers.join(', ')} below ${folder}`,
      onError,
    }),
  );
}

/**
 * Plans for a host where no cgroup can be made.
 *
 * @throws SPEC_UNSUPPORTED naming what is asked of one.
 */
export function planNothing(
  resources: Resources,
  layout: Pick<CgroupV2Layout, 'limitsDevices'>,
): CgroupPlan {
  const unified = { asked: () => (Object.keys(resources.unified).length > 0 ? ['unified'] : []) };
  refuseAsked(
    { resources, limiting: [...limiting, ['devices', devicesController], ['unified', unified]] },
    layout,
  );
  return {
    ...{ create: [], writes: [], join: [], remove: [], hierarchies: [] },
    ...{ oomCounter: undefined, freezer: undefined, deviceProgram: undefined, unified: undefined },
    unsupported: networkReports(resources),
  };
}

/** Plans a container's one folder. */
export function planV2(request: V2PlanRequest): CgroupPlan {
  const { layout, names, resources } = request;
  if (layout.isLocked) return planNothing(resources, layout);
  const folders = foldersDownTo(layout.mount, names);
  const folder = folders.at(-1) ?? layout.mount;
  const above = [layout.mount, ...folders.slice(0, -1)];
  const plans = limiting.map(([name, controller]): ControllerPlan => {
    if (layout.controllers.has(name)) return controller.v2({ folder, resources, layout });
    const reason = `The "${name}" controller is not available on this host, so this is not limited.`;
    const fields = controller.asked(resources);
    const reports = fields.map((field): CgroupReport => ({
      field: `linux.resources.${field}`,
      reason,
      lacks: 'controller',
    }));
    return { ...nothing, reports };
  });
  const instructions =
    layout.limitsDevices === false
      ? undefined
      : compileDeviceProgram(deviceAllowList(resources.devices));
  const needed = limiting.filter(([, controller]) => controller.asked(resources).length > 0);
  const asked = new Set([...needed.map(([name]) => name), ...unifiedControllers(resources)]);
  return {
    create: folders,
    writes: [
      ...enable(
        above,
        counting.filter((name) => layout.controllers.has(name)),
        'ignore',
      ),
      // Again for those that a limit needs: one that cannot be enabled must not go unnoticed.
      ...enable(
        above,
        [...asked].filter((name) => layout.controllers.has(name)),
        'fail',
      ),
      ...plans.flatMap(({ writes }) => writes),
      ...unifiedWrites(folder, request),
    ],
    join: [unifiedJoin(folder)],
    unified: folder,
    remove: [folder],
    oomCounter: layout.controllers.has('memory')
      ? { file: `${folder}/memory.events`, key: 'oom_kill' }
      : undefined,
    freezer: freezerV2(folder),
    deviceProgram: instructions && { folder, instructions },
    hierarchies: [{ name: posix.basename(layout.mount), controllers: [], folder }],
    unsupported: [...plans.flatMap(({ reports }) => reports), ...networkReports(resources)],
  };
}
