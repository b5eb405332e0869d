import { join } from 'node:path';
import type { ApiServices, EngineIdentity } from '../api/services.ts';
import type { DaemonConfig } from '../config/daemon-config.ts';
import { createContainerEngine, type ContainerEngine } from '../container/engine.ts';
import type { ContainerDefaults, IdRemap } from '../container/ports.ts';
import { opaqueProbe } from '../container/spec/opaque-probe.ts';
import { backgroundClock, systemClock } from '../host/clock.ts';
import { chmod, stat } from '../host/files.ts';
import { makeFolders } from '../host/make-folders.ts';
import { ContentStore } from '../image/content-store.ts';
import { Images } from '../image/images.ts';
import { ContainerRuntime } from '../launch/container-runtime.ts';
import { requireMappedRoots } from '../launch/probe-mapped-root.ts';
import { compressLayer } from '../layer/compress-layer.ts';
import { RegistryDirectory } from '../registry/registry-directory.ts';
import { RegistryTarget } from '../registry/registry-target.ts';
import { Registry } from '../registry/registry.ts';
import type { RegistryConfig } from '../registry/registry-config.ts';
import { volumeFiles } from '../launch/volume-files.ts';
import { rootfsFiles } from '../snapshot/rootfs-files.ts';
import { SnapshotStore } from '../snapshot/snapshot-store.ts';
import type { Launcher } from '../syscall/launcher.ts';
import { importCarriedImage } from './carried-image.ts';
import { readIdRemap } from './id-remap.ts';
import { verifyLogDefaults } from './log-defaults.ts';

/** What the engine is made of and from. */
export interface EngineOptions {
  /** Existing folders. */
  readonly dataRoot: string;
  readonly runRoot: string;
  readonly registry: Partial<RegistryConfig>;
  readonly defaults: ContainerDefaults;
  /** Where journald listens; absent: where it always does. */
  readonly journalSocket?: string;
  /** `userns-remap`; absent or empty: containers have the users of the host. */
  readonly usernsRemap?: string;
  readonly launcher: Launcher;
  readonly version: string;
  /** Hears of what goes wrong where no client can be told. */
  readonly report: (problem: unknown) => void;
  /** Hears of what an administrator should know. */
  readonly notice: (text: string, details: object) => void;
}

/** The engine, without its API. */
export interface OpenEngine {
  readonly services: ApiServices;
  readonly images: Images;
}

/** The options that a configuration stands for. */
export function engineOptions(
  config: DaemonConfig,
): Pick<EngineOptions, 'dataRoot' | 'runRoot' | 'registry' | 'defaults' | 'usernsRemap'> {
  const { dataRoot, runRoot, registry, init, log, usernsRemap } = config;
  return { dataRoot, runRoot, registry, defaults: { init, log }, usernsRemap };
}

/**
 * Opens the stores, finds the containers that run, and joins the parts.
 *
 * @throws IMAGE_STORE_INVALID, USERNS_REMAP_UNAVAILABLE, DAEMON_CONFIG_INVALID nobody has the ids of `userns-remap`
 */
export async function openEngine(options: EngineOptions): Promise<OpenEngine> {
  verifyLogDefaults(options.defaults.log);
  const parts = await openImages(options);
  await importCarriedImage(parts.images);
  const idRemap = await openIdRemap(options);
  const containers = await openContainers(options, { ...parts, idRemap });
  const { version, dataRoot, report } = options;
  const services = {
    containers,
    images: parts.images,
    directory: new RegistryDirectory(options.registry),
    mirrors: parts.registry,
    clock: systemClock,
    identity: {
      ...{ version, commit: '', buildTime: '', dataRoot, ...registriesOf(options.registry) },
      remapsUsers: idRemap !== undefined,
      logDriver: options.defaults.log?.driver ?? 'json-file',
    },
    report,
  };
  return { services, images: parts.images };
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

/** As `docker info` shows it. */
function registriesOf({
  registryMirrors = [],
  insecureRegistries = [],
}: Partial<RegistryConfig>): Pick<EngineIdentity, 'registryMirrors' | 'insecureRegistries'> {
  return { registryMirrors, insecureRegistries };
}

interface ImageParts {
  readonly images: Images;
  readonly snapshots: SnapshotStore;
  readonly registry: Registry;
}

async function openImages(options: EngineOptions): Promise<ImageParts> {
  const { dataRoot, launcher } = options;
  const [snapshots, store] = await Promise.all([
    SnapshotStore.open({ dataRoot, runner: launcher }),
    ContentStore.open(join(dataRoot, 'images')),
  ]);
  const measured = join(dataRoot, 'registries');
  await makeFolders(measured, 0o711);
  const registry = new Registry(
    { scoresPath: join(measured, 'scores.json'), ...options.registry },
    {
      onNotice: (text) => {
        options.notice(text, {});
      },
    },
  );
  const pushing = { target: new RegistryTarget(options.registry), compress: compressLayer };
  const images = new Images({ store, stacks: snapshots, source: registry, pushing });
  return { images, snapshots, registry };
}

async function openContainers(
  options: EngineOptions,
  { images, snapshots, idRemap }: ImageParts & { readonly idRemap: IdRemap | undefined },
): Promise<ContainerEngine> {
  const { dataRoot, runRoot, launcher, report, notice, defaults } = options;
  return createContainerEngine({
    runtime: await ContainerRuntime.create(launcher, { execSocket: join(runRoot, 'exec.sock') }),
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
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      resolvConfPath: '/etc/resolv.conf',
      journalSocket: options.journalSocket ?? '/run/systemd/journal/socket',
    },
    defaults,
    idRemap,
    report,
    notice,
  });
}
