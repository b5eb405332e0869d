import { join } from 'node:path';
import type { ApiServices, EngineIdentity } from '../api/services.ts';
import type { DaemonConfig } from '../config/daemon-config.ts';
import { createContainerEngine, type ContainerEngine } from '../container/engine.ts';
import type { ContainerDefaults } from '../container/ports.ts';
import { opaqueProbe } from '../container/spec/opaque-probe.ts';
import { systemClock } from '../host/clock.ts';
import { makeFolders } from '../host/make-folders.ts';
import { ContentStore } from '../image/content-store.ts';
import { Images } from '../image/images.ts';
import { ContainerRuntime } from '../launch/container-runtime.ts';
import { compressLayer } from '../layer/compress-layer.ts';
import { RegistryDirectory } from '../registry/registry-directory.ts';
import { RegistryTarget } from '../registry/registry-target.ts';
import { Registry } from '../registry/registry.ts';
import type { RegistryConfig } from '../registry/registry-config.ts';
import { rootfsFiles } from '../snapshot/rootfs-files.ts';
import { SnapshotStore } from '../snapshot/snapshot-store.ts';
import type { Launcher } from '../syscall/launcher.ts';
import { importCarriedImage } from './carried-image.ts';

/** What the engine is made of and from. */
export interface EngineOptions {
  /** Existing folders. */
  readonly dataRoot: string;
  readonly runRoot: string;
  readonly registry: Partial<RegistryConfig>;
  readonly defaults: ContainerDefaults;
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
): Pick<EngineOptions, 'dataRoot' | 'runRoot' | 'registry' | 'defaults'> {
  const { dataRoot, runRoot, registry, init } = config;
  return { dataRoot, runRoot, registry, defaults: { init } };
}

/** Opens the stores, finds the containers that run, and joins the parts. Throws IMAGE_STORE_INVALID. */
export async function openEngine(options: EngineOptions): Promise<OpenEngine> {
  const parts = await openImages(options);
  await importCarriedImage(parts.images);
  const containers = await openContainers(options, parts);
  const { version, dataRoot, report } = options;
  const services = {
    containers,
    images: parts.images,
    directory: new RegistryDirectory(options.registry),
    mirrors: parts.registry,
    clock: systemClock,
    identity: { version, commit: '', buildTime: '', dataRoot, ...registriesOf(options.registry) },
    report,
  };
  return { services, images: parts.images };
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
  { images, snapshots }: ImageParts,
): Promise<ContainerEngine> {
  const { dataRoot, runRoot, launcher, report, notice, defaults } = options;
  return createContainerEngine({
    runtime: await ContainerRuntime.create(launcher, { execSocket: join(runRoot, 'exec.sock') }),
    images,
    snapshots,
    files: rootfsFiles(launcher),
    clock: systemClock,
    paths: {
      dataFolder: join(dataRoot, 'containers'),
      runFolder: join(runRoot, 'containers'),
    },
    isOpaque: opaqueProbe(launcher),
    host: {
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      resolvConfPath: '/etc/resolv.conf',
    },
    defaults,
    report,
    notice,
  });
}
