import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultCapabilities } from '../../runtime/launch/process/capabilities.ts';
import { ContainerRuntime } from '../../runtime/launch/container-runtime.ts';
import { defaultSeccomp, kernelVersion } from '../../runtime/launch/seccomp/default-profile.ts';
import { parseSpec } from '../../runtime/spec/parse-spec.ts';
import { currentArchitecture } from '../../runtime/syscall/architecture.ts';
import { Launcher } from '../../runtime/syscall/launcher.ts';
import type { BenchDaemon } from './daemons.ts';
import { figuresOf, inTurn, timed } from './median.ts';
import { type CommandSetup, runCommand, startDaemon } from './process.ts';
import { type Result, noLimit } from './report.ts';
import type { Workshop } from './workshop.ts';

/** Request to reaped exit of the hello program in a container, without the daemon: against `runc run`. */
export async function engineAgainstRunc(workshop: Workshop, rounds: number): Promise<Result> {
  const launcher = await Launcher.start();
  const runtime = await ContainerRuntime.create(launcher, {
    execSocket: workshop.path('exec.sock'),
  });
  const bundle = workshop.path('bundle');
  writeRuncConfig(bundle);
  let number = 0;
  const ours = (): Promise<number> => {
    number += 1;
    const request = ourRequest(workshop, { name: `engine-${number}`, args: ['/hello'] });
    return timed(async () => {
      await runtime.start(request);
      await (
        await runtime.connect(request.runDir)
      )?.closed;
      const exit = await runtime.readExit(request.runDir);
      if (exit?.exitCode !== 0) throw new Error(`hello ended with ${String(exit?.exitCode)}`);
    });
  };
  const theirs = (): Promise<number> => {
    number += 1;
    return timed(() => runCommand(['runc', 'run', '--bundle', bundle, `berth-bench-${number}`]));
  };
  try {
    const measured = await inTurn(rounds, { ours, theirs });
    return {
      name: 'hello container, request to reaped exit',
      unit: 'ms',
      ours: measured.ours,
      theirs: { name: 'runc run', figures: measured.theirs },
      limit: { ratio: 1 / 3 },
    };
  } finally {
    await launcher.stop();
  }
}

/** Memory of the monitor itself (Pss), of a container that has written some output. */
export async function monitorMemory(workshop: Workshop, rounds: number): Promise<Result> {
  const launcher = await Launcher.start();
  const runtime = await ContainerRuntime.create(launcher, {
    execSocket: workshop.path('exec.sock'),
  });
  const sizes: number[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const args = ['/busybox', 'sh', '-c', '/busybox seq 1 20000; /busybox sleep 600'];
      const request = ourRequest(workshop, { name: `monitor-${round}`, args });
      const { pid } = await runtime.start(request);
      const monitor = await runtime.connect(request.runDir);
      await waitForOutput(request.logFile, '20000\\n');
      // What it needs while there is much output it gives back in the first pause.
      await new Promise((resolve) => setTimeout(resolve, 100));
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const parent = stat.slice(stat.lastIndexOf(')')).split(' ')[2] ?? '';
      const pss = /^Pss:\s+(\d+) kB/m.exec(
        readFileSync(`/proc/${parent}/smaps_rollup`, 'utf8'),
      )?.[1];
      sizes.push(Number(pss));
      monitor?.signal(9);
      await monitor?.closed;
    }
  } finally {
    await launcher.stop();
  }
  return {
    name: 'memory of the monitor (Pss)',
    unit: 'KB',
    ours: figuresOf(sizes),
    limit: { most: 53 },
  };
}

/** The two daemons of a comparison. */
export interface Daemons {
  readonly ours: BenchDaemon;
  readonly theirs: BenchDaemon;
}

/** `docker run` of the hello-world image through berth against the same through dockerd, by the same client. */
export async function dockerRun(
  workshop: Workshop,
  daemons: Daemons,
  rounds: number,
): Promise<readonly Result[]> {
  const ours = await startDaemon(daemons.ours, daemons.ours.socket);
  const theirs = await startDaemon(daemons.theirs, daemons.theirs.socket);
  const host = (socket: string): CommandSetup => ({ env: { DOCKER_HOST: `unix://${socket}` } });
  try {
    const archive = await workshop.writeImage();
    await runCommand(['docker', 'load', '--input', archive], host(daemons.theirs.socket));
    const compare = async (
      name: string,
      args: readonly string[],
      limit: Result['limit'],
    ): Promise<Result> => {
      const run = (socket: string) => () =>
        timed(() => runCommand(['docker', ...args], host(socket)));
      const measured = await inTurn(rounds, {
        ours: run(daemons.ours.socket),
        theirs: run(daemons.theirs.socket),
      });
      return {
        name,
        unit: 'ms',
        ours: measured.ours,
        theirs: { name: 'dockerd', figures: measured.theirs },
        limit,
      };
    };
    return [
      await compare(
        'docker run --rm --network none hello-world',
        ['run', '--rm', '--network', 'none', 'hello-world'],
        { ratio: 1 / 3 },
      ),
      // The client alone: what no engine can be quicker than.
      await compare('docker version', ['version'], noLimit),
    ];
  } finally {
    await ours.stop();
    await theirs.stop();
  }
}

/** From the start of the daemon's process to its first answers: `/_ping`, and `/info`, which needs all of it. */
export async function coldStart(daemons: Daemons, rounds: number): Promise<readonly Result[]> {
  const ready = { ours: [] as number[], theirs: [] as number[] };
  const start = (name: 'ours' | 'theirs') => async (): Promise<number> => {
    const daemon = await startDaemon(daemons[name], daemons[name].socket);
    await daemon.stop();
    ready[name].push(daemon.readyMs);
    return daemon.startMs;
  };
  const ping = await inTurn(rounds, { ours: start('ours'), theirs: start('theirs') });
  // The first of each was the warm-up.
  const info = { ours: figuresOf(ready.ours.slice(1)), theirs: figuresOf(ready.theirs.slice(1)) };
  const result = (path: string, measured: typeof ping, ratio: number): Result => ({
    name: `daemon, start to the first answered ${path}`,
    unit: 'ms',
    ours: measured.ours,
    theirs: { name: 'dockerd', figures: measured.theirs },
    limit: { ratio },
  });
  return [result('/_ping', ping, 1 / 2), result('/info', info, Infinity)];
}

/** A request for a container as the daemon would start it, without a network. */
export function ourRequest(
  workshop: Workshop,
  { name, args }: { readonly name: string; readonly args: readonly string[] },
): Parameters<ContainerRuntime['start']>[0] {
  const base = workshop.path(name);
  for (const folder of ['upper', 'work', 'run']) mkdirSync(join(base, folder), { recursive: true });
  const capabilities = [...defaultCapabilities];
  const seccomp = defaultSeccomp({
    capabilities,
    architecture: currentArchitecture(),
    kernel: kernelVersion(execFileSync('uname', ['-r'], { encoding: 'utf8' })),
  });
  const hidden = ['nosuid', 'noexec', 'nodev'];
  const spec = parseSpec({
    ociVersion: '1.2.1',
    root: { path: workshop.rootfs },
    process: {
      user: { uid: 0, gid: 0 },
      args,
      env: ['PATH=/'],
      cwd: '/',
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
    },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc', options: hidden },
      {
        destination: '/dev',
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['nosuid', 'mode=755', 'size=65536k'],
      },
      {
        destination: '/dev/pts',
        type: 'devpts',
        source: 'devpts',
        options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666'],
      },
      { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...hidden, 'mode=1777'] },
      { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: hidden },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...hidden, 'ro'] },
      {
        destination: '/sys/fs/cgroup',
        type: 'cgroup',
        source: 'cgroup',
        options: [...hidden, 'ro'],
      },
    ],
    linux: {
      namespaces: ['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup'].map((type) => ({ type })),
      cgroupsPath: `/berth/bench-${process.pid}-${name}`,
      maskedPaths: ['/proc/kcore', '/proc/keys', '/sys/firmware'],
      readonlyPaths: ['/proc/sys', '/proc/bus', '/proc/fs', '/proc/irq'],
      seccomp,
    },
  });
  return {
    id: name,
    spec,
    rootfs: {
      type: 'overlay',
      lower: [workshop.rootfs],
      upper: join(base, 'upper'),
      work: join(base, 'work'),
    },
    runDir: join(base, 'run'),
    logFile: join(base, 'log'),
    stdin: 'none',
  };
}

/** What `runc spec` makes, for the hello program and without a terminal. */
function writeRuncConfig(bundle: string): void {
  rmSync(join(bundle, 'config.json'), { force: true });
  execFileSync('runc', ['spec', '--bundle', bundle]);
  const file = join(bundle, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as { process: Record<string, unknown> };
  config.process = { ...config.process, terminal: false, args: ['/hello'] };
  writeFileSync(file, JSON.stringify(config));
}

async function waitForOutput(logFile: string, text: string): Promise<void> {
  while (!readFileSync(logFile, 'utf8').includes(text))
    await new Promise((resolve) => setTimeout(resolve, 5));
}
