import { join } from 'node:path';
import type { ApiListener } from '../api/listener.ts';
import { serveApi, type ServedApi } from '../api/serve.ts';
import { type DaemonConfig, readDaemonConfig } from '../config/daemon-config.ts';
import { BerthError } from '../errors/berth-error.ts';
import { Cleanup } from '../errors/cleanup.ts';
import { mkdir } from '../host/files.ts';
import { groupId } from '../host/groups.ts';
import { ensureEntropy } from '../syscall/entropy.ts';
import { takeExclusiveLock } from '../syscall/exclusive-lock.ts';
import { Launcher } from '../syscall/launcher.ts';
import { createLog, type Log } from './log.ts';
import { engineOptions, openEngine } from './open-engine.ts';

/** What berthd is started with. */
export interface DaemonOptions {
  readonly configPath: string;
  readonly version: string;
  /** Ends the daemon when it is aborted. */
  readonly stop: AbortSignal;
  /** The sockets of the configuration, which take connections already. */
  readonly listeners: readonly ApiListener[];
}

/**
 * Makes and joins the parts of berthd, serves until `stop`, and takes it all down again; containers run on.
 * @throws DAEMON_CONFIG_INVALID, DATA_ROOT_IN_USE, API_SOCKET_IN_USE, LAUNCHER_LOST, CGROUP_UNAVAILABLE
 */
export async function startDaemon(options: DaemonOptions): Promise<void> {
  const cleanup = new Cleanup();
  for (const listener of options.listeners) cleanup.add(() => listener.close());
  try {
    const { configPath } = options;
    const config = await readDaemonConfig(configPath);
    const log = createLog(config.logLevel);
    if (config.ignoredKeys.length > 0) {
      log.warn({ configPath, keys: config.ignoredKeys }, 'these keys have no effect');
    }
    await mkdir(config.dataRoot, { recursive: true, mode: 0o711 });
    await mkdir(config.runRoot, { recursive: true, mode: 0o755 });
    await ensureEntropy();
    const launcher = await Launcher.start();
    cleanup.add(() => launcher.stop());
    await lockDataRoot(launcher, config);
    await serve({ ...options, config, log, launcher });
  } finally {
    await cleanup.run();
  }
}

interface Serving extends DaemonOptions {
  readonly config: DaemonConfig;
  readonly log: Log;
  readonly launcher: Launcher;
}

async function serve(serving: Serving): Promise<void> {
  const { config, version, stop, log, launcher, listeners } = serving;
  const report = (problem: unknown): void => {
    log.error({ err: problem }, 'a problem that no client waits for');
  };
  const { services, images } = await openEngine({
    ...engineOptions(config),
    launcher,
    version,
    report,
    notice: (text, details) => {
      log.warn(details, text);
    },
  });
  const gid = (await groupId(config.group)) ?? 0;
  const apis: ServedApi[] = [];
  for (const listener of listeners) {
    await listener.openTo({ mode: 0o660, gid });
    apis.push(await serveApi(services, listener));
  }
  log.info({ version, sockets: config.sockets, dataRoot: config.dataRoot }, 'berthd is ready');
  // What a crash has left of images and their layers; nobody has to wait for it.
  images.collectGarbage().catch(report);
  await aborted(stop);
  log.info('berthd stops; containers run on');
  await Promise.all(apis.map((api) => api.close()));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
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
