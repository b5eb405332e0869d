import { posix } from 'node:path';
import type { Resources } from '../spec/resources.ts';
import {
  type CgroupHierarchy,
  type CgroupPlan,
  type CgroupReport,
  type CgroupWrite,
  type ControllerPlan,
  namedBySystemd,
  unifiedJoin,
} from './cgroup-plan.ts';
import { blkioController } from './controllers/blkio.ts';
import type { Controller } from './controllers/controller.ts';
import { nothing } from './controllers/controller.ts';
import { cpuController } from './controllers/cpu.ts';
import { cpusetController, fillSharedCpuset } from './controllers/cpuset.ts';
import { devicesController } from './controllers/devices.ts';
import { freezerV1 } from './controllers/freezer.ts';
import { hugetlbController } from './controllers/hugetlb.ts';
import { kernelMemoryController } from './controllers/kernel-memory.ts';
import { memoryController } from './controllers/memory.ts';
import { netClsController, netPrioController } from './controllers/network.ts';
import { pidsController } from './controllers/pids.ts';
import { rdmaController } from './controllers/rdma.ts';
import { fillSharedRealtime, realtimeController } from './controllers/realtime.ts';
import { foldersDownTo } from './folders.ts';
import type { CgroupV1Layout, V1Controller } from './layout.ts';
import { refuseUnified } from './unified.ts';
import { usableV1 } from './usable-layout.ts';

/** What is planned in one hierarchy. */
type V1Limits = readonly [V1Controller, Pick<Controller, 'asked' | 'v1'>];

/** Controllers whose hierarchies a container is only in when something is asked of them: see README.md. */
const onDemand: readonly V1Limits[] = [
  ['hugetlb', hugetlbController],
  ['net_cls', netClsController],
  ['net_prio', netPrioController],
  ['rdma', rdmaController],
];

/** Controllers with limits. The others only count (cpuacct) or stop processes (freezer). */
const limiting: readonly V1Limits[] = [
  ['memory', memoryController],
  // Before any process is there: kernels that have it refuse it afterwards.
  ['memory', kernelMemoryController],
  ['cpu', cpuController],
  ['cpu', realtimeController],
  ['pids', pidsController],
  ['cpuset', cpusetController],
  ['blkio', blkioController],
  ['devices', devicesController],
  ...onDemand,
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
function hierarchiesOf({ layout, names, resources }: V1PlanRequest): readonly Hierarchy[] {
  const idle = onDemand.filter(([, { asked }]) => asked(resources).length === 0);
  const left = new Set<string>(idle.map(([name]) => name));
  const wanted = Object.entries(layout.mounts).filter(([controller]) => !left.has(controller));
  const mounts = new Set(wanted.map(([, mount]) => mount));
  const at = (mount: string, controllers: readonly string[]): Hierarchy => {
    const folders = foldersDownTo(mount, names);
    return { name: posix.basename(mount), controllers, folders, folder: folders.at(-1) ?? mount };
  };
  const { systemd } = layout;
  return [
    ...[...mounts].map((mount) =>
      at(
        mount,
        Object.entries(layout.mounts)
          .filter(([, folder]) => folder === mount)
          .map(([controller]) => controller),
      ),
    ),
    ...(systemd === undefined ? [] : [at(systemd, [namedBySystemd])]),
  ];
}

function missing(controller: string, fields: readonly string[]): readonly CgroupReport[] {
  return fields.map((field) => ({
    field: `linux.resources.${field}`,
    reason: `The "${controller}" controller is not mounted on this host, so this is not limited.`,
    lacks: 'controller',
  }));
}

/** Folders above the container's own that need values before it can have any. */
function sharedWrites(
  { layout, resources }: V1PlanRequest,
  hierarchies: readonly Hierarchy[],
): readonly CgroupWrite[] {
  const above = (controller: V1Controller): readonly string[] =>
    hierarchies
      .filter(({ controllers }) => controllers.includes(controller))
      .flatMap(({ folders }) => folders.slice(0, -1));
  return [
    ...above('cpuset').flatMap((folder) => fillSharedCpuset(folder, layout)),
    ...above('cpu').flatMap((folder) => fillSharedRealtime(folder, { resources, layout })),
  ];
}

/** Plans a container's folders, one in each hierarchy. */
export function planV1(request: V1PlanRequest): CgroupPlan {
  const { names, resources } = request;
  refuseUnified(resources);
  const layout = usableV1(request.layout, { resources, limiting });
  const hierarchies = hierarchiesOf({ layout, names, resources });
  const folderOf = (controller: V1Controller): string | undefined => {
    const mount = layout.mounts[controller];
    return mount === undefined ? undefined : foldersDownTo(mount, names).at(-1);
  };
  const plans = limiting.map(([name, controller]): ControllerPlan => {
    if (name === 'devices' && layout.limitsDevices === false) return nothing;
    // What is locked was asked for nothing.
    if (request.layout.locked?.has(name)) return nothing;
    const folder = folderOf(name);
    return folder === undefined
      ? { ...nothing, reports: missing(name, controller.asked(resources)) }
      : controller.v1({ folder, resources, layout });
  });
  const { unified: mount } = layout;
  const above = mount === undefined ? [] : foldersDownTo(mount, names);
  const unified = above.at(-1);
  const memory = folderOf('memory');
  const freezer = folderOf('freezer');
  return {
    create: [...hierarchies.flatMap(({ folders }) => folders), ...above],
    writes: [
      ...sharedWrites({ layout, names, resources }, hierarchies),
      ...plans.flatMap(({ writes }) => writes),
    ],
    // Not cgroup.procs: a thread that writes 0 to tasks moves itself without the lock that waits for a grace period.
    join: [
      ...hierarchies.map(({ folder }) => `${folder}/tasks`),
      ...(unified === undefined ? [] : [unifiedJoin(unified)]),
    ],
    unified,
    remove: [
      ...(unified === undefined ? [] : [unified]),
      ...hierarchies.map(({ folder }) => folder).toReversed(),
    ],
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
