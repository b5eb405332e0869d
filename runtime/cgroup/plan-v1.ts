import { posix } from 'node:path';
import type { Resources } from '../spec/resources.ts';
import type { CgroupHierarchy, CgroupPlan, CgroupReport, ControllerPlan } from './cgroup-plan.ts';
import type { Controller } from './controllers/controller.ts';
import { nothing } from './controllers/controller.ts';
import { cpuController } from './controllers/cpu.ts';
import { cpusetController, fillSharedCpuset } from './controllers/cpuset.ts';
import { devicesController } from './controllers/devices.ts';
import { freezerV1 } from './controllers/freezer.ts';
import { memoryController } from './controllers/memory.ts';
import { pidsController } from './controllers/pids.ts';
import { foldersDownTo } from './folders.ts';
import type { CgroupV1Layout, V1Controller } from './layout.ts';
import { refuseUnified } from './unified.ts';

/** Controllers with limits. The others only count (cpuacct, blkio) or stop processes (freezer). */
const limiting: readonly (readonly [V1Controller, Pick<Controller, 'asked' | 'v1'>])[] = [
  ['memory', memoryController],
  ['cpu', cpuController],
  ['pids', pidsController],
  ['cpuset', cpusetController],
  ['devices', devicesController],
];

/** What a v1 plan is made from. */
export interface V1PlanRequest {
  readonly layout: CgroupV1Layout;
  /** The cgroup's folders, from the mount down. */
  readonly names: readonly string[];
  readonly resources: Resources;
}

interface Hierarchy extends CgroupHierarchy {
  readonly folders: readonly string[];
}

/** One for each mount: where cpu and cpuacct share one, there is one folder for both. */
function hierarchiesOf({ layout, names }: V1PlanRequest): readonly Hierarchy[] {
  const mounts = new Set(Object.values(layout.mounts));
  return [...mounts].map((mount) => {
    const folders = foldersDownTo(mount, names);
    const controllers = Object.entries(layout.mounts)
      .filter(([, folder]) => folder === mount)
      .map(([controller]) => controller);
    return { name: posix.basename(mount), controllers, folders, folder: folders.at(-1) ?? mount };
  });
}

function missing(controller: string, fields: readonly string[]): readonly CgroupReport[] {
  return fields.map((field) => ({
    field: `linux.resources.${field}`,
    reason: `The "${controller}" controller is not mounted on this host, so this is not limited.`,
  }));
}

/** Plans a container's folders, one in each hierarchy. */
export function planV1(request: V1PlanRequest): CgroupPlan {
  const { layout, names, resources } = request;
  refuseUnified(resources);
  const hierarchies = hierarchiesOf(request);
  const folderOf = (controller: V1Controller): string | undefined => {
    const mount = layout.mounts[controller];
    return mount === undefined ? undefined : foldersDownTo(mount, names).at(-1);
  };
  const plans = limiting.map(([name, controller]): ControllerPlan => {
    const folder = folderOf(name);
    return folder === undefined
      ? { ...nothing, reports: missing(name, controller.asked(resources)) }
      : controller.v1({ folder, resources, layout });
  });
  const cpuset = hierarchies.find(({ controllers }) => controllers.includes('cpuset'));
  const shared = cpuset?.folders.slice(0, -1) ?? [];
  const memory = folderOf('memory');
  const freezer = folderOf('freezer');
  return {
    create: hierarchies.flatMap(({ folders }) => folders),
    writes: [
      ...shared.flatMap((folder) => fillSharedCpuset(folder, layout)),
      ...plans.flatMap(({ writes }) => writes),
    ],
    // Not cgroup.procs: a thread that writes 0 to tasks moves itself without the lock that waits for a grace period.
    join: hierarchies.map(({ folder }) => `${folder}/tasks`),
    remove: hierarchies.map(({ folder }) => folder).toReversed(),
    oomCounter:
      memory === undefined ? undefined : { file: `${memory}/memory.oom_control`, key: 'oom_kill' },
    freezer: freezer === undefined ? undefined : freezerV1(freezer),
    deviceProgram: undefined,
    hierarchies: hierarchies.map(({ name, controllers, folder }) => ({
      name,
      controllers,
      folder,
    })),
    unsupported: plans.flatMap(({ reports }) => reports),
  };
}
