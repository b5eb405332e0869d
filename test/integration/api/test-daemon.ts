import { execFile } from 'node:child_process';
import type { ExecException } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApiListener } from '../../../runtime/api/listener.ts';
import { serveApi, type ServedApi } from '../../../runtime/api/serve.ts';
import type { ContainerEngine } from '../../../runtime/container/engine.ts';
import type { ContainerDefaults } from '../../../runtime/container/ports.ts';
import { noFilters } from '../../../runtime/container/query/filters.ts';
import type { Images } from '../../../runtime/image/images.ts';
import type { NetworkPorts } from '../../../runtime/network/network-ports.ts';
import { openEngine } from '../../../runtime/daemon/open-engine.ts';
import type { RegistryConfig } from '../../../runtime/registry/registry-config.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { noBridge } from '../network/no-bridge.ts';
import { removeEmptyCgroups } from '../container/empty-cgroups.ts';
import { removeTree } from '../../support/remove-tree.ts';

/** What a command printed and how it ended. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The whole engine within the test's own process, on folders and a socket of its own. */
export class TestDaemon {
  readonly root: string;
  engine!: ContainerEngine;
  images!: Images;
  /** What the next `up` is told of containers that do not say. */
  defaults: ContainerDefaults = { init: false };
  /** `userns-remap`, for the next `up`. */
  usernsRemap = '';
  /** Networks, for the next `up`: others only for a process in a network namespace of its own. */
  networks: Pick<NetworkPorts, 'settings' | 'firewall'> = noBridge;
  /** CRIU's program, for the next `up`; `undefined`: the one of the machine. */
  criu: string | undefined;
  /** Whether docker is to offer what it calls experimental, from the next `up` on. */
  experimental: 'on' | 'off' = 'off';
  /** Where journald would listen, for the next `up`. */
  journalSocket = '/nonexistent/journal';
  readonly problems: unknown[] = [];
  readonly notices: string[] = [];
  readonly #registry: Partial<RegistryConfig>;
  #api!: ServedApi;
  #launcher!: Launcher;

  private constructor(registry: Partial<RegistryConfig>) {
    this.#registry = registry;
    this.root = mkdtempSync(join(tmpdir(), 'berth-api-'));
  }

  /** @param registry How registries are reached: mirrors, for example. */
  static async start(
    registry: Partial<RegistryConfig> = {},
    { usernsRemap = '' }: { readonly usernsRemap?: string } = {},
  ): Promise<TestDaemon> {
    const daemon = new TestDaemon(registry);
    daemon.usernsRemap = usernsRemap;
    try {
      await daemon.up();
    } catch (error) {
      removeTree(daemon.root);
      throw error;
    }
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
    const opened = await openEngine({
      dataRoot,
      runRoot: join(this.root, 'run'),
      registry: { probeTimeoutMs: 200, ...this.#registry },
      defaults: this.defaults,
      usernsRemap: this.usernsRemap,
      launcher: this.#launcher,
      networks: this.networks,
      criu: this.criu,
      experimental: this.experimental,
      version: '0.1.0',
      report: (problem) => this.problems.push(problem),
      journalSocket: this.journalSocket,
      notice: (text) => this.notices.push(text),
    });
    this.images = opened.images;
    this.engine = opened.services.containers;
    const listener = await ApiListener.open(this.socket, '0.1.0');
    await listener.openTo({ mode: 0o660, gid: 0 });
    this.#api = serveApi(opened.services, listener);
  }

  /** Stops serving; containers run on, as when berthd is stopped or killed. */
  async down(): Promise<void> {
    await this.#api.close();
    await this.engine.close();
    await this.#launcher.stop();
  }

  /** Ends everything and leaves nothing. */
  async destroy(): Promise<void> {
    const all = await this.engine.list({ scope: 'all', limit: 0, filters: noFilters });
    await Promise.all(
      all.map(({ id }) => this.engine.remove(id, { mode: 'kill-first', volumes: 'remove' })),
    );
    await this.down();
    removeEmptyCgroups();
    removeTree(this.root);
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
      // A command may end before it has read all.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
    });
  }
}
