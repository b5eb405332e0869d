import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerRuntime } from '../../../runtime/launch/container-runtime.ts';
import { defaultCapabilities } from '../../../runtime/launch/process/capabilities.ts';
import type { ExitRecord } from '../../../runtime/launch/exit-record.ts';
import type { MonitorConnection } from '../../../runtime/launch/monitor/connection.ts';
import type { StartRequest } from '../../../runtime/launch/plan-start.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';
import type { SpecInput } from '../../../runtime/spec/spec.ts';
import { shmMount, usualMounts } from '../../../runtime/spec/usual-mounts.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { removeTree } from '../../support/remove-tree.ts';

/** What a container left when it ended. */
export interface Ended {
  readonly exit: ExitRecord;
  readonly stdout: string;
  readonly stderr: string;
}

/** Parts of a config that a test changes; process fields are merged. */
export interface Change {
  readonly process?: Partial<SpecInput['process']>;
  readonly linux?: Partial<NonNullable<SpecInput['linux']>>;
  readonly mounts?: NonNullable<SpecInput['mounts']>;
  /** Destinations of the usual mounts that are left out. */
  readonly withoutMounts?: readonly string[];
  readonly readonly?: boolean;
  /** `null`: none. */
  readonly hostname?: string | null;
  readonly hooks?: NonNullable<SpecInput['hooks']>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A container that runs. */
export interface Running {
  readonly pid: number;
  readonly monitor: MonitorConnection;
  readonly runDir: string;
  readonly logFile: string;
  readonly warnings: readonly string[];
  /** Resolves when the output so far contains the text. */
  said(text: string): Promise<void>;
  ended(): Promise<Ended>;
}

const mounts: NonNullable<SpecInput['mounts']> = [
  { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
  usualMounts.dev,
  usualMounts.pts,
  {
    destination: '/sys',
    type: 'sysfs',
    source: 'sysfs',
    options: ['nosuid', 'noexec', 'nodev', 'ro'],
  },
  {
    destination: '/sys/fs/cgroup',
    type: 'cgroup',
    source: 'cgroup',
    options: ['ro', 'nosuid', 'noexec', 'nodev'],
  },
  usualMounts.mqueue,
  shmMount('65536k'),
];

/** A root file system of busybox, and a runtime to start containers in it. */
export class Machine {
  readonly folder: string;
  readonly launcher: Launcher;
  readonly runtime: ContainerRuntime;
  #number = 0;

  private constructor(folder: string, launcher: Launcher, runtime: ContainerRuntime) {
    this.folder = folder;
    this.launcher = launcher;
    this.runtime = runtime;
  }

  /** Makes the folders; `dispose` removes them. */
  static async create(): Promise<Machine> {
    const folder = mkdtempSync(join(tmpdir(), 'berth-launch-'));
    mkdirSync(`${folder}/lower/bin`, { recursive: true });
    mkdirSync(`${folder}/lower/tmp`);
    execFileSync('cp', ['/bin/busybox', `${folder}/lower/bin/busybox`]);
    execFileSync('chroot', [`${folder}/lower`, '/bin/busybox', '--install', '-s', '/bin']);
    const launcher = await Launcher.start();
    return new Machine(
      folder,
      launcher,
      await ContainerRuntime.create(launcher, { execSocket: `${folder}/exec.sock` }),
    );
  }

  async dispose(): Promise<void> {
    await this.launcher.stop();
    removeTree(this.folder);
  }

  /** A path in the image, as the host sees it. */
  image(path: string): string {
    return `${this.folder}/lower/${path}`;
  }

  /** A request for a container that runs `args` as Docker would, but for the changes. */
  request(args: readonly string[], change: Change = {}): StartRequest {
    this.#number += 1;
    const base = `${this.folder}/${this.#number}`;
    for (const name of ['upper', 'work', 'run']) mkdirSync(`${base}/${name}`, { recursive: true });
    const all = [...defaultCapabilities];
    const spec: SpecInput = {
      ociVersion: '1.2.1',
      ...(change.hostname === null ? {} : { hostname: change.hostname ?? 'box' }),
      root: { path: 'rootfs', readonly: change.readonly ?? false },
      process: {
        user: { uid: 0, gid: 0 },
        args: [...args],
        env: ['PATH=/bin'],
        cwd: '/',
        capabilities: { bounding: all, effective: all, permitted: all },
        ...change.process,
      },
      mounts: [
        ...mounts.filter(({ destination }) => !change.withoutMounts?.includes(destination)),
        ...(change.mounts ?? []),
      ],
      hooks: change.hooks,
      annotations: change.annotations,
      linux: {
        namespaces: (['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup'] as const).map((type) => ({
          type,
        })),
        maskedPaths: ['/proc/kcore', '/proc/keys', '/proc/acpi', '/sys/firmware'],
        readonlyPaths: ['/proc/sys', '/proc/bus', '/proc/fs', '/proc/irq'],
        cgroupsPath: `/berth/test-${process.pid}-${this.#number}`,
        ...change.linux,
      },
    };
    return {
      id: `test-${this.#number}`,
      spec: parseSpec(spec),
      rootfs: {
        type: 'overlay',
        lower: [`${this.folder}/lower`],
        upper: `${base}/upper`,
        work: `${base}/work`,
      },
      runDir: `${base}/run`,
      logFile: `${base}/log`,
      stdin: 'none',
    };
  }

  /** Starts a container and connects to it. One that ends at once may be gone before: use `run` for those. */
  async start(request: StartRequest): Promise<Running> {
    const { pid, warnings } = await this.runtime.start(request);
    const monitor = await this.runtime.connect(request.runDir);
    if (!monitor) throw new Error(`no monitor: ${JSON.stringify(await this.#ended(request))}`);
    const ended = async (): Promise<Ended> => {
      await monitor.closed;
      return this.#ended(request);
    };
    const said = (text: string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          const output = records(request.logFile).map(({ payload }) => payload);
          if (output.join('').includes(text)) resolve();
        };
        monitor.onOutput(look);
        look();
      });
    return {
      pid,
      warnings,
      monitor,
      runDir: request.runDir,
      logFile: request.logFile,
      said,
      ended,
    };
  }

  /** Runs a container to its end. */
  async run(args: readonly string[], change: Change = {}): Promise<Ended> {
    return this.finish(this.request(args, change));
  }

  /** Runs what is requested to its end; gives what it was warned of as well. */
  async finish(request: StartRequest): Promise<Ended & Pick<Running, 'warnings'>> {
    const { warnings } = await this.runtime.start(request);
    await (
      await this.runtime.connect(request.runDir)
    )?.closed;
    return { ...(await this.#ended(request)), warnings };
  }

  /** Runs a shell script in a container; its output must be without errors. */
  async shell(script: string, change: Change = {}): Promise<string> {
    const { exit, stdout, stderr } = await this.run(['sh', '-c', script], change);
    if (exit.exitCode !== 0 || stderr !== '')
      throw new Error(`"${script}": ${exit.exitCode} ${stderr}${stdout}`);
    return stdout.trim();
  }

  async #ended({ runDir, logFile }: StartRequest): Promise<Ended> {
    const exit = await this.runtime.readExit(runDir);
    if (!exit) throw new Error('there is no exit record');
    const output = { 1: '', 2: '' };
    for (const { stream, payload } of records(logFile)) output[stream as 1 | 2] += payload;
    return { exit, stdout: output[1], stderr: output[2] };
  }
}

/** The records of a log file; bytes that are no UTF-8 are not asked for here. */
export function records(
  logFile: string,
): readonly { readonly stream: number; readonly seconds: number; readonly payload: string }[] {
  if (!existsSync(logFile)) return [];
  // The monitor may be in the middle of the last line.
  const lines = readFileSync(logFile, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const { log, stream, time } = JSON.parse(line) as Record<'log' | 'stream' | 'time', string>;
    const seconds = Math.floor(Date.parse(time) / 1000);
    return { stream: stream === 'stdout' ? 1 : 2, seconds, payload: log };
  });
}
