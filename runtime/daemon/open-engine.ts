import { join } from 'node:path';
import { EngineMetrics } from '../api/metrics/engine-metrics.ts';
import type { AnsweredRequest, ApiServices, EngineIdentity } from '../api/services.ts';
import { EventLog } from '../api/system/event-log.ts';
import { daemonMessage } from '../api/system/event-message.ts';
import { engineId } from '../api/system/system-info.ts';
import { defaultCgroupns } from '../container/create/default-cgroupns.ts';
import { createContainerEngine, type ContainerEngine } from '../container/engine.ts';
import type { ContainerPorts, IdRemap } from '../container/ports.ts';
import { opaqueProbe } from '../container/spec/opaque-probe.ts';
import { readCgroupVersion, type CgroupVersion } from '../host/cgroup-version.ts';
import { backgroundClock, systemClock } from '../host/clock.ts';
import { chmod, removeTemporaries, stat } from '../host/files.ts';
import { makeFolders } from '../host/make-folders.ts';
import { collectInPause } from '../host/young-generation.ts';
import { ContentStore } from '../image/content-store.ts';
import { Images } from '../image/images.ts';
import { ContainerRuntime } from '../launch/container-runtime.ts';
import { requireMappedRoots } from '../launch/root/probe-mapped-root.ts';
import { compressLayer } from '../layer/compress-layer.ts';
import { RegistryDirectory } from '../registry/registry-directory.ts';
import { RegistryTarget } from '../registry/registry-target.ts';
import { Registry } from '../registry/registry.ts';
import { volumeFiles } from '../launch/mounts/volume-files.ts';
import type { NetworkPorts } from '../network/network-ports.ts';
import { Networks } from '../network/networks.ts';
import { rootfsFiles } from '../snapshot/rootfs-files.ts';
import { SnapshotStore } from '../snapshot/snapshot-store.ts';
import type { Launcher } from '../syscall/launcher.ts';
import { importCarriedImage } from './carried-image.ts';
import type { EngineSettings } from './engine-settings.ts';
import { readIdRemap } from './id-remap.ts';

/** What the engine is made of and from. */
export interface EngineOptions extends EngineSettings {
  /** Existing folders. */
  readonly dataRoot: string;
  readonly runRoot: string;
  /** Where journald listens; absent: where it always does. */
  readonly journalSocket?: string;
  /** `userns-remap`; absent or empty: containers have the users of the host. */
  readonly usernsRemap?: string;
  /** See `EngineIdentity`. */
  readonly experimental?: EngineIdentity['experimental'];
  readonly networks: Pick<NetworkPorts, 'settings' | 'firewall'>;
  /** CRIU's program; absent: the one in PATH. */
  readonly criu?: string | undefined;
  readonly launcher: Launcher;
  readonly version: string;
  /** Hears of what goes wrong where no client can be told. */
  readonly report: ApiServices['report'];
  readonly onRequest?: ApiServices['onRequest'];
  readonly onBrokenAnswer?: ApiServices['onBrokenAnswer'];
  /** Hears of what an administrator should know. */
  readonly notice: (text: string, details: object) => void;
}

/** The engine, without its API. */
export interface OpenEngine {
  readonly services: ApiServices;
  readonly images: Images;
  /** Works by other settings from now on, all at once, and tells clients of it. `attributes` are the event's. */
  readonly reconfigure: (
    settings: EngineSettings,
    attributes: Readonly<Record<string, string>>,
  ) => Promise<void>;
}

/**
 * Opens the stores, finds the containers that run, and joins the parts.
 *
 * @throws IMAGE_STORE_INVALID, USERNS_REMAP_UNAVAILABLE, DAEMON_CONFIG_INVALID nobody has the ids of `userns-remap`
 */
export async function openEngine(options: EngineOptions): Promise<OpenEngine> {
  const parts = await openImages(options);
  await importCarriedImage(parts.images);
  const idRemap = await openIdRemap(options);
  const cgroupVersion = await readCgroupVersion();
  const live: Live = { settings: options };
  const events = new EventLog();
  events.followImages(parts.images, systemClock);
  const containers = await openContainers(options, {
    ...{ ...parts, idRemap, cgroupVersion, live, events },
  });
  const { report, onRequest, onBrokenAnswer } = options;
  const directory = new RegistryDirectory(options.registry);
  const services = {
    ...{ containers, images: parts.images, directory, mirrors: parts.registry, events },
    clock: systemClock,
    get identity() {
      return identityOf(options, live.settings, { idRemap, cgroupVersion });
    },
    report,
    onBrokenAnswer,
    metrics: () => metrics.text(),
    onRequest: (request: AnsweredRequest) => {
      metrics.observe(request);
      collectInPause();
      onRequest?.(request);
    },
  };
  const metrics = new EngineMetrics({
    ...{ containers, events },
    get identity() {
      return services.identity;
    },
    pulls: () => parts.registry.counts,
  });
  const reconfigure: OpenEngine['reconfigure'] = async (settings, attributes) => {
    const id = await engineId(options.dataRoot);
    // The only one that may refuse goes first.
    parts.registry.reconfigure({ ...parts.fixed, ...settings.registry });
    parts.target.reconfigure(settings.registry);
    directory.reconfigure(settings.registry);
    live.settings = settings;
    events.publish(daemonMessage('reload', { id, attributes, timeMs: systemClock.now() }));
  };
  return { services, images: parts.images, reconfigure };
}

/** What counts now. */
interface Live {
  settings: EngineSettings;
}

function identityOf(
  { version, dataRoot, experimental = 'off' }: EngineOptions,
  { registry, shown, defaults }: EngineSettings,
  { idRemap, cgroupVersion }: Pick<ContainerParts, 'idRemap' | 'cgroupVersion'>,
): EngineIdentity {
  const { registryMirrors = [], insecureRegistries = [], proxies = {} } = registry;
  return {
    ...{ version, commit: '', buildTime: '', dataRoot, registryMirrors, insecureRegistries },
    ...{ proxies, experimental, ...shown },
    ...(defaults.log === undefined ? {} : { logDriver: defaults.log.driver }),
    remapsUsers: idRemap !== undefined,
    cgroupVersion,
    cgroupnsMode: defaults.cgroupnsMode ?? defaultCgroupns(cgroupVersion),
  };
}

/** Finds the ids of `userns-remap`, and makes sure that the host can do it. */
async function openIdRemap(options: EngineOptions): Promise<IdRemap | undefined> {
  const { usernsRemap = '', dataRoot, runRoot, launcher } = options;
  if (usernsRemap === '') return undefined;
  const remap = await readIdRemap(usernsRemap);
  await requireMappedRoots(launcher, { folder: dataRoot, ...remap });
  // Root of a container is an ordinary user here, and has to get to its folder.
  for (const folder of [runRoot, join(runRoot, 'containers')]) {
    await makeFolders(folder, 0o711);
    await chmod(folder, (await stat(folder)).mode | 0o111);
  }
  return remap;
}

interface ImageParts {
  readonly images: Images;
  readonly snapshots: SnapshotStore;
  readonly registry: Registry;
  readonly target: RegistryTarget;
  /** Settings of the registry that no configuration changes. */
  readonly fixed: { readonly scoresPath: string };
}

async function openImages(options: EngineOptions): Promise<ImageParts> {
  const { dataRoot, launcher } = options;
  const [snapshots, store] = await Promise.all([
    SnapshotStore.open({ dataRoot, runner: launcher }),
    ContentStore.open(join(dataRoot, 'images')),
  ]);
  const measured = join(dataRoot, 'registries');
  await makeFolders(measured, 0o711);
  await removeTemporaries(measured);
  const fixed = { scoresPath: join(measured, 'scores.json') };
  const registry = new Registry(
    { ...fixed, ...options.registry },
    {
      onNotice: (text) => {
        options.notice(text, {});
      },
    },
  );
  const target = new RegistryTarget(options.registry);
  const pushing = { target, compress: compressLayer };
  const images = new Images({ store, stacks: snapshots, source: registry, pushing });
  return { images, snapshots, registry, target, fixed };
}

type ContainerParts = ImageParts & {
  readonly idRemap: IdRemap | undefined;
  readonly cgroupVersion: CgroupVersion;
  readonly live: Live;
  readonly events: EventLog;
};

async function openContainers(
  options: EngineOptions,
  { images, snapshots, idRemap, cgroupVersion, live, events }: ContainerParts,
): Promise<ContainerEngine> {
  const { dataRoot, runRoot, launcher, criu, report, notice } = options;
  const networks = await Networks.open({
    ...options.networks,
    ...{ runner: launcher, clock: backgroundClock, report, notice },
    paths: {
      dataFolder: join(dataRoot, 'networks'),
      sandboxFolder: join(runRoot, 'networks'),
      namespaceFolder: join(runRoot, 'netns'),
    },
  });
  const ports: ContainerPorts = {
    networks,
    runtime: await ContainerRuntime.create(launcher, {
      execSocket: join(runRoot, 'exec.sock'),
      ...(criu !== undefined && { criu }),
    }),
    images,
    snapshots,
    files: rootfsFiles(launcher),
    volumeFiles: volumeFiles(launcher),
    // A wait for a container must not keep a berthd that is told to stop.
    clock: backgroundClock,
    paths: {
      dataFolder: join(dataRoot, 'containers'),
      volumesFolder: join(dataRoot, 'volumes'),
      runFolder: join(runRoot, 'containers'),
    },
    isOpaque: opaqueProbe(launcher),
    host: {
      cgroupVersion,
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      resolvConfPath: '/etc/resolv.conf',
      journalSocket: options.journalSocket ?? '/run/systemd/journal/socket',
    },
    get defaults() {
      return live.settings.defaults;
    },
    idRemap,
    report,
    notice,
  };
  return createContainerEngine(ports, events.followContainers);
}
