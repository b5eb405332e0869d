import { join } from 'node:path';
import type { ApiServices } from '../api/services.ts';
import type { ApiListener } from '../api/listener.ts';
import { serveApi, type ServedApi } from '../api/serve.ts';
import { type ConfigFile, readConfigFile } from '../config/config-file.ts';
import type { DaemonConfig, FlagValues } from '../config/daemon-config.ts';
import { BerthError } from '../errors/berth-error.ts';
import { Cleanup } from '../errors/cleanup.ts';
import type { ContainerEngine } from '../container/engine.ts';
import { systemClock } from '../host/clock.ts';
import { makeFolders } from '../host/make-folders.ts';
import type { WebServer } from '../host/web-server.ts';
import { groupId } from '../host/groups.ts';
import { ensureEntropy } from '../syscall/entropy.ts';
import { takeExclusiveLock } from '../syscall/exclusive-lock.ts';
import { Launcher } from '../syscall/launcher.ts';
import { createLog, type Log } from './log.ts';
import { brokenAnswerLogger, noticeLogger, problemLogger, requestLogger } from './log-requests.ts';
import { hostGoesDown, stopAllContainers } from './host-shutdown.ts';
import { type EngineSettings, engineSettings } from './engine-settings.ts';
import { networkParts } from './network-parts.ts';
import { openEngine } from './open-engine.ts';
import { openTcpListeners } from './open-listeners.ts';
import { writePidfile } from './pidfile.ts';
import { reloadWhenAsked } from './reload.ts';
import { serviceNotifier, whileStarting, type NotifyService } from './service-manager.ts';
import type { ServiceWishes } from './service-wishes.ts';
import { answersVersion, feedWatchdog } from './watchdog.ts';

/** What berthd is started with. */
export interface DaemonOptions {
  readonly configPath: string;
  /** Keys that the command line has set. */
  readonly flags: FlagValues;
  readonly version: string;
  /** Ends the daemon when it is aborted. */
  readonly stop: AbortSignal;
  /** An event `asked` of it means: look at the configuration again. */
  readonly reload: EventTarget;
  /** The sockets of the configuration, which take connections already. */
  readonly listeners: readonly ApiListener[];
  /** What the service manager that started berthd wants of it. */
  readonly service: ServiceWishes;
}

/**
 * Makes and joins the parts of berthd, serves until `stop`, and takes it all down again; containers run on.
 * @throws DAEMON_CONFIG_INVALID, DATA_ROOT_IN_USE, API_SOCKET_IN_USE, LAUNCHER_LOST
 */
export async function startDaemon(options: DaemonOptions): Promise<void> {
  const cleanup = new Cleanup();
  for (const listener of options.listeners) cleanup.add(() => listener.close());
  try {
    const { configPath } = options;
    const { config, judged } = await readConfigFile(configPath, options.flags);
    const log = createLog(config, process.env);
    const settings = await judged(() => engineSettings(config));
    if (config.pidfile !== '') cleanup.add(await writePidfile(config.pidfile));
    await makeFolders(config.dataRoot, 0o711);
    await makeFolders(config.runRoot, 0o755);
    await ensureEntropy();
    const launcher = await Launcher.start();
    cleanup.add(() => launcher.stop());
    const notify = serviceNotifier(options.service, {
      launcher,
      report: (problem) => {
        log.warn({ problem }, 'the service manager could not be told');
      },
    });
    await lockDataRoot(launcher, config);
    const tcp = await judged(() => openTcpListeners(config, options.version));
    for (const listener of tcp) cleanup.add(() => listener.close());
    const listeners = [...options.listeners, ...tcp];
    for (const listener of listeners) listener.experimental = config.experimental;
    const live = { config };
    await serve({ ...options, listeners, live, judged, settings, log, launcher, notify });
  } finally {
    await cleanup.run();
  }
}

interface Serving extends DaemonOptions {
  /** As it is now. */
  readonly live: { config: DaemonConfig };
  readonly judged: ConfigFile['judged'];
  readonly settings: EngineSettings;
  readonly log: Log;
  readonly launcher: Launcher;
  readonly notify: NotifyService;
}

async function serve(serving: Serving): Promise<void> {
  const { live, judged, settings, version, stop, log, launcher, listeners, notify } = serving;
  const { config } = live;
  const { dataRoot, runRoot, usernsRemap, experimental } = config;
  const [report, notice] = [problemLogger(log), noticeLogger(log)];
  const { services, images, reconfigure } = await whileStarting(
    { notify, clock: systemClock },
    judged(async () =>
      openEngine({
        ...{ dataRoot, runRoot, usernsRemap, experimental, ...settings },
        launcher,
        networks: await networkParts(config.network, {
          ...{ launcher, dataRoot, runRoot, report, notice },
        }),
        version,
        report,
        onRequest: requestLogger(log),
        onBrokenAnswer: brokenAnswerLogger(log),
        notice,
      }),
    ),
  );
  const gid = (await groupId(config.group)) ?? 0;
  const apis: ServedApi[] = [];
  for (const listener of listeners) {
    await listener.openTo({ mode: 0o660, gid });
    apis.push(serveApi(services, listener));
  }
  const metrics = await openMetrics(config, services);
  const served = listeners.map(({ path }) => path);
  log.info({ version, sockets: served, dataRoot, metrics: metrics?.url }, 'berthd is ready');
  await notify({ READY: '1', STATUS: `serving ${served.join(', ')}` });
  // What a crash has left of images and their layers; nobody has to wait for it.
  images.collectGarbage().catch((problem: unknown) => {
    report(problem);
  });
  const { reload, configPath } = serving;
  reloadWhenAsked(reload, {
    ...{ configPath, flags: serving.flags, live, reconfigure, log, notify },
    replaceIdentity: (identity) => {
      for (const listener of listeners) listener.replaceIdentity(identity);
    },
  });
  void watch(serving);
  await aborted(stop);
  await metrics?.close();
  await goDown(serving, { apis, engine: services.containers, report });
}

/** Serves metrics apart from the API, where the configuration says so. */
async function openMetrics(
  { metrics: address }: DaemonConfig,
  { metrics, report }: ApiServices,
): Promise<WebServer | undefined> {
  if (address === undefined || metrics === undefined) return undefined;
  const { serveMetrics } = await import('./metrics-server.ts');
  return serveMetrics({ address, metrics, report });
}

/** Feeds the service manager's watchdog, where there is one. */
async function watch({ service, listeners, notify, stop }: Serving): Promise<void> {
  const { watchdogMs } = service;
  const listener = listeners.find(({ path }) => path.startsWith('/'));
  if (watchdogMs === undefined) return;
  // Without a socket of its own that this process could ask, that its event loop turns has to do.
  const isAlive = (signal: AbortSignal): Promise<boolean> =>
    listener === undefined ? Promise.resolve(true) : answersVersion(listener.path, signal);
  await feedWatchdog({ watchdogMs, isAlive, notify, clock: systemClock, stop });
}

/** Containers run on when berthd stops; when the whole host does, they are stopped in order. */
async function goDown(
  { live, log, notify }: Serving,
  what: {
    readonly apis: readonly ServedApi[];
    readonly engine: ContainerEngine;
    readonly report: (problem: unknown) => void;
  },
): Promise<void> {
  const { runRoot, shutdownTimeoutSeconds } = live.config;
  const hostToo = await hostGoesDown({ runRoot });
  const status = hostToo ? 'the host goes down: stopping containers' : 'containers run on';
  log.info(`berthd stops; ${status}`);
  await notify({ STOPPING: '1', STATUS: status });
  // Nobody starts another one behind its back.
  await Promise.all(what.apis.map((api) => api.close()));
  await what.engine.close();
  if (!hostToo) return;
  const containers = await stopAllContainers(what.engine, {
    report: what.report,
    ...(shutdownTimeoutSeconds === undefined ? {} : { longestSeconds: shutdownTimeoutSeconds }),
  });
  log.info({ containers }, 'containers are stopped');
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
