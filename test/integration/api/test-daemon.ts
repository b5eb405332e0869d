import { execFile } from 'node:child_process';
import type { ExecException } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApiListener } from '../../../runtime/api/listener.ts';
import { serveApi, type ServedApi } from '../../../runtime/api/serve.ts';
import { createContainerEngine } from '../../../runtime/container/engine.ts';
import type { ContainerEngine } from '../../../runtime/container/engine.ts';
import { noFilters } from '../../../runtime/container/query/filters.ts';
import { opaqueProbe } from '../../../runtime/container/spec/opaque-probe.ts';
import { systemClock } from '../../../runtime/host/clock.ts';
import { ContentStore } from '../../../runtime/image/content-store.ts';
import { helloWorldImage } from '../../../runtime/image/hello-world.ts';
import { Images } from '../../../runtime/image/images.ts';
import { ContainerRuntime } from '../../../runtime/launch/container-runtime.ts';
import { Registry } from '../../../runtime/registry/registry.ts';
import { SnapshotStore } from '../../../runtime/snapshot/snapshot-store.ts';
import { currentArchitecture } from '../../../runtime/syscall/architecture.ts';
import { helloElf } from '../../../runtime/syscall/hello-elf.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { removeEmptyCgroups } from '../container/empty-cgroups.ts';

/** What a command printed and how it ended. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What our hello-world prints. */
export const helloText = 'Hello from berth!\n';

/** The whole engine within the test's own process, on folders and a socket of its own. */
export class TestDaemon {
  readonly root: string;
  engine!: ContainerEngine;
  images!: Images;
  readonly problems: unknown[] = [];
  #api!: ServedApi;
  #launcher!: Launcher;

  private constructor() {
    this.root = mkdtempSync(join(tmpdir(), 'berth-api-'));
  }

  static async start(): Promise<TestDaemon> {
    const daemon = new TestDaemon();
    await daemon.up();
    return daemon;
  }

  get socket(): string {
    return join(this.root, 'berth.sock');
  }

  /** What points the `docker` command here. */
  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, DOCKER_HOST: `unix://${this.socket}`, HOME: this.root };
  }

  /** Starts everything on the folders as they are. */
  async up(): Promise<void> {
    const dataRoot = join(this.root, 'data');
    await mkdir(dataRoot, { recursive: true });
    this.#launcher = await Launcher.start();
    const snapshots = await SnapshotStore.open({ dataRoot, runner: this.#launcher });
    const store = await ContentStore.open(join(dataRoot, 'images'));
    const images = new Images({
      store,
      stacks: snapshots,
      source: new Registry({ probeTimeoutMs: 200 }),
    });
    this.images = images;
    const arm = currentArchitecture() === 'aarch64';
    const program = helloElf(currentArchitecture(), helloText);
    await images.importImage(
      await helloWorldImage({ architecture: arm ? 'arm64' : 'amd64', program }),
    );
    this.engine = await createContainerEngine({
      runtime: await ContainerRuntime.create(this.#launcher),
      images,
      snapshots,
      clock: systemClock,
      paths: {
        dataFolder: join(dataRoot, 'containers'),
        runFolder: join(this.root, 'run', 'containers'),
      },
      isOpaque: opaqueProbe(this.#launcher),
      host: { architecture: arm ? 'arm64' : 'amd64', resolvConfPath: '/etc/resolv.conf' },
      report: (problem) => this.problems.push(problem),
      notice: () => undefined,
    });
    const listener = await ApiListener.open(this.socket, '0.1.0');
    await listener.openTo({ mode: 0o660, gid: 0 });
    this.#api = await serveApi(
      {
        containers: this.engine,
        images,
        clock: systemClock,
        identity: { version: '0.1.0', commit: '', buildTime: '', dataRoot },
        report: (problem) => this.problems.push(problem),
      },
      listener,
    );
  }

  /** Stops serving; containers run on, as when berthd is stopped or killed. */
  async down(): Promise<void> {
    await this.#api.close();
    await this.#launcher.stop();
  }

  /** Ends everything and leaves nothing. */
  async destroy(): Promise<void> {
    const all = await this.engine.list({ scope: 'all', limit: 0, filters: noFilters });
    await Promise.all(all.map(({ id }) => this.engine.remove(id, 'kill-first')));
    await this.down();
    removeEmptyCgroups();
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Runs the real `docker` command against this daemon. */
  docker(
    args: readonly string[],
    options: { readonly input?: string; readonly timeoutMs?: number } = {},
  ): Promise<CommandResult> {
    return this.command('docker', args, options);
  }

  command(
    program: string,
    args: readonly string[],
    {
      input = '',
      timeoutMs = 20_000,
    }: { readonly input?: string; readonly timeoutMs?: number } = {},
  ): Promise<CommandResult> {
    return new Promise((resolve) => {
      const done = (error: ExecException | null, stdout: string, stderr: string): void => {
        const exitCode = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
        resolve({ exitCode, stdout, stderr });
      };
      const child = execFile(
        program,
        args,
        { env: this.environment, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 1 << 28 },
        done,
      );
      child.stdin?.end(input);
    });
  }
}
