import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { planStart, type StartRequest } from '../../../runtime/launch/plan-start.ts';
import { type HostFacts, readHostFacts } from '../../../runtime/launch/host-facts.ts';
import { readExitRecord } from '../../../runtime/launch/exit-record.ts';
import { MonitorConnection } from '../../../runtime/launch/monitor/connection.ts';
import { defaultSeccomp, kernelVersion } from '../../../runtime/launch/seccomp/default-profile.ts';
import { FilterCache } from '../../../runtime/launch/seccomp/filter-cache.ts';
import type { StartPlan } from '../../../runtime/launch/start-plan.ts';
import { startProgram } from '../../../runtime/launch/start-program.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';
import { currentArchitecture } from '../../../runtime/syscall/architecture.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import type { BenchSetup } from '../groups.ts';
import { inTurn, timed } from '../median.ts';
import { noLimit, type Result } from '../report.ts';
import type { Workshop } from '../workshop.ts';
import { runForked } from './run-forked.ts';
import { withoutUnifiedControllers } from './unified-controllers.ts';

/** What both run: the same configuration, once with and once without each of these. */
interface Load {
  readonly name: string;
  readonly seccomp: boolean;
  readonly mounts: number;
  /** crun runs without on this kind of host; then its figure without stands beside ours with. */
  readonly cgroups: boolean;
}

const loads: readonly Load[] = [
  { name: 'nothing more', seccomp: false, mounts: 0, cgroups: false },
  { name: 'seccomp', seccomp: true, mounts: 0, cgroups: false },
  { name: 'seccomp, 20 mounts', seccomp: true, mounts: 20, cgroups: false },
  { name: 'cgroups', seccomp: false, mounts: 0, cgroups: true },
  { name: 'cgroups, seccomp, 20 mounts', seccomp: true, mounts: 20, cgroups: true },
];

const noCgroups: StartPlan['cgroup'] = {
  create: [],
  writes: [],
  join: [],
  remove: [],
  oomCounter: undefined,
  freezer: undefined,
  deviceProgram: undefined,
  unified: undefined,
  hierarchies: [],
  unsupported: [],
};

/** The hello program in a container, from the request to its reaped exit: against `crun run`. */
export async function crunFigures({ workshop, rounds = 60, take }: BenchSetup): Promise<void> {
  const launcher = await Launcher.start();
  const host = await readHostFacts();
  try {
    await withoutUnifiedControllers(workshop.path('cgroup'), async () => {
      for (const load of loads)
        await take(load.name, async () => [
          await compare({ workshop, launcher, host, rounds, load }),
        ]);
    });
  } finally {
    await launcher.stop();
  }
}

interface Comparison {
  readonly workshop: Workshop;
  readonly launcher: Launcher;
  readonly host: HostFacts;
  readonly rounds: number;
  readonly load: Load;
}

async function compare({ workshop, launcher, host, rounds, load }: Comparison): Promise<Result> {
  const name = load.name.replaceAll(/\W+/g, '-');
  const bundle = writeBundle(workshop.path(`crun-${name}`), workshop, load);
  const filters = new FilterCache(host.architecture);
  let number = 0;
  const ours = (): Promise<number> => {
    number += 1;
    const request = ourRequest(workshop, { name: `${name}-${number}`, bundle });
    return timed(async () => {
      const { plan } = await planStart(request, { host, filters });
      const started = load.cgroups ? plan : { ...plan, cgroup: noCgroups };
      await launcher.spawn(startProgram(started, { ...request, name: 'start' }));
      await (
        await MonitorConnection.open(request.runDir)
      )?.closed;
      const exit = await readExitRecord(request.runDir);
      if (exit?.exitCode !== 0) throw new Error(`hello ended with ${String(exit?.exitCode)}`);
    });
  };
  const theirs = (): Promise<number> => {
    number += 1;
    const command = ['run', '--bundle', bundle, `berth-bench-${process.pid}-${number}`];
    const crun = ['/usr/bin/crun', '--cgroup-manager=disabled', ...command];
    return timed(() => runForked(launcher, crun));
  };
  const measured = await inTurn(rounds, { ours, theirs });
  return {
    name: `hello container, create to reaped exit; ${load.name}`,
    unit: 'ms',
    ours: measured.ours,
    theirs: {
      name: load.cgroups ? 'crun run without cgroups' : 'crun run',
      figures: measured.theirs,
    },
    limit: load.cgroups ? noLimit : { ratio: 1 },
  };
}

/** What `crun spec` writes, without a terminal and the mount that crun cannot make here, and with the load. */
function writeBundle(bundle: string, workshop: Workshop, load: Load): string {
  mkdirSync(bundle, { recursive: true });
  execFileSync('crun', ['spec'], { cwd: bundle });
  const file = `${bundle}/config.json`;
  const config = JSON.parse(readFileSync(file, 'utf8')) as {
    process: object;
    mounts: { readonly type: string }[];
    linux: object;
    root: object;
  };
  const architecture = currentArchitecture();
  const kernel = kernelVersion(execFileSync('uname', ['-r'], { encoding: 'utf8' }));
  const seccomp = defaultSeccomp({ capabilities: [], architecture, kernel });
  config.root = { path: workshop.rootfs };
  config.process = { ...config.process, terminal: false, args: ['/hello'] };
  config.mounts = [
    ...config.mounts.filter(({ type }) => type !== 'cgroup'),
    ...Array.from({ length: load.mounts }, (_, i) => ({
      destination: `/mnt/${i}`,
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'nodev'],
    })),
  ];
  config.linux = { ...config.linux, resources: {}, ...(load.seccomp && { seccomp }) };
  const exact = (_: string, value: unknown): unknown =>
    typeof value === 'bigint' ? Number(value) : value;
  writeFileSync(file, JSON.stringify(config, exact));
  return bundle;
}

function ourRequest(
  workshop: Workshop,
  { name, bundle }: { readonly name: string; readonly bundle: string },
): StartRequest {
  const base = workshop.path(`ours-${name}`);
  mkdirSync(`${base}/run`, { recursive: true });
  const config = JSON.parse(readFileSync(`${bundle}/config.json`, 'utf8')) as { linux: object };
  config.linux = { ...config.linux, cgroupsPath: `/berth/bench-${process.pid}-${name}` };
  return {
    id: name,
    spec: parseSpec(config),
    rootfs: { type: 'bind', path: workshop.rootfs },
    runDir: `${base}/run`,
    logFile: `${base}/log`,
    stdin: 'none',
  };
}
