import { join } from 'node:path';
import { createApiServer } from '../api/server.ts';
import { listenOnSocket } from '../api/listen.ts';
import { routes } from '../api/routes/table.ts';
import { type DaemonConfig, readDaemonConfig } from '../config/daemon-config.ts';
import { createContainerEngine, type ContainerEngine } from '../container/engine.ts';
import { opaqueProbe } from '../container/spec/opaque-probe.ts';
import { BerthError } from '../errors/berth-error.ts';
import { systemClock } from '../host/clock.ts';
import { mkdir, removeFile } from '../host/files.ts';
import { groupId } from '../host/groups.ts';
import { ContentStore } from '../image/content-store.ts';
import { Images } from '../image/images.ts';
import { ContainerRuntime } from '../launch/container-runtime.ts';
import { Registry } from '../registry/registry.ts';
import { SnapshotStore } from '../snapshot/snapshot-store.ts';
import { takeExclusiveLock } from '../syscall/exclusive-lock.ts';
import { Launcher } from '../syscall/launcher.ts';
import { importCarriedImage } from './carried-image.ts';
import { createLog, type Log } from './log.ts';

/** What berthd is started with. */
export interface DaemonOptions {
  readonly configPath: string;
  readonly version: string;
  /** Ends the daemon when it is aborted. */
  readonly stop: AbortSignal;
}

/**
 * Makes and joins the parts of berthd, serves until `stop`, and takes it all down again; containers run on.
 * @throws DAEMON_CONFIG_INVALID, DATA_ROOT_IN_USE, API_SOCKET_IN_USE, LAUNCHER_LOST, CGROUP_UNAVAILABLE
 */
export async function startDaemon({ configPath, version, stop }: DaemonOptions): Promise<void> {
  const config = await readDaemonConfig(configPath);
  const log = createLog(config.logLevel);
  if (config.ignoredKeys.length > 0) {
    log.warn(
      { configPath, keys: config.ignoredKeys },
      'these keys of the configuration have no effect',
    );
  }
  await mkdir(config.dataRoot, { recursive: true, mode: 0o711 });
  await mkdir(config.runRoot, { recursive: true, mode: 0o755 });
  const launcher = await Launcher.start();
  try {
    await lockDataRoot(launcher, config);
    await serve({ config, version, stop, log, launcher });
  } finally {
    await launcher.stop();
  }
}

interface Serving {
  readonly config: DaemonConfig;
  readonly version: string;
  readonly stop: AbortSignal;
  readonly log: Log;
  readonly launcher: Launcher;
}

async function serve({ config, version, stop, log, launcher }: Serving): Promise<void> {
  const report = (problem: unknown): void => {
    log.error({ err: problem }, 'a problem that no client waits for');
  };
  const images = await openImages({ config, launcher });
  const containers = await openContainers({ config, launcher, log, report, images });
  const services = {
    containers,
    images: images.service,
    clock: systemClock,
    identity: { version, commit: '', buildTime: '', dataRoot: config.dataRoot },
    report,
  };
  const gid = (await groupId(config.group)) ?? 0;
  const servers = [];
  try {
    for (const path of config.sockets) {
      const server = createApiServer(services, routes);
      servers.push(server);
      await listenOnSocket(server, { path, access: { mode: 0o660, gid } });
    }
    log.info({ version, sockets: config.sockets, dataRoot: config.dataRoot }, 'berthd is ready');
    await new Promise<void>((resolve) => {
      if (stop.aborted) resolve();
      else
        stop.addEventListener(
          'abort',
          () => {
            resolve();
          },
          { once: true },
        );
    });
    log.info('berthd stops; containers run on');
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
  for (const path of config.sockets) await removeFile(path);
}

interface ImageParts {
  readonly service: Images;
  readonly snapshots: SnapshotStore;
}

async function openImages({
  config,
  launcher,
}: Pick<Serving, 'config' | 'launcher'>): Promise<ImageParts> {
  const [snapshots, store] = await Promise.all([
    SnapshotStore.open({ dataRoot: config.dataRoot, runner: launcher }),
    ContentStore.open(join(config.dataRoot, 'images')),
  ]);
  const source = new Registry({
    registryMirrors: config.registryMirrors,
    insecureRegistries: config.insecureRegistries,
    maxConcurrentDownloads: config.maxConcurrentDownloads,
  });
  const service = new Images({ store, stacks: snapshots, source });
  await importCarriedImage(service);
  return { service, snapshots };
}

async function openContainers(
  parts: Pick<Serving, 'config' | 'launcher' | 'log'> & {
    readonly report: (problem: unknown) => void;
    readonly images: ImageParts;
  },
): Promise<ContainerEngine> {
  const { config, launcher, log, report, images } = parts;
  return createContainerEngine({
    runtime: await ContainerRuntime.create(launcher),
    images: images.service,
    snapshots: images.snapshots,
    clock: systemClock,
    paths: {
      dataFolder: join(config.dataRoot, 'containers'),
      runFolder: join(config.runRoot, 'containers'),
    },
    isOpaque: opaqueProbe(launcher),
    host: {
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      resolvConfPath: '/etc/resolv.conf',
    },
    report,
    notice: (text, details) => {
      log.warn(details, text);
    },
  });
}

async function lockDataRoot(launcher: Launcher, { dataRoot }: DaemonConfig): Promise<void> {
  if (await takeExclusiveLock(launcher, join(dataRoot, 'berthd.lock'))) return;
  throw new BerthError('DATA_ROOT_IN_USE', {
    message: `Another berthd uses the data root "${dataRoot}"; wanted one that is free.`,
    remedy: 'Stop the other daemon (berth daemon stop), or choose another "data-root".',
    details: { dataRoot },
  });
}
