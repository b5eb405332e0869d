import { join } from 'node:path';

import { readDaemonConfig } from '../config/daemon-config.ts';
import { BerthError, messageOf } from '../errors/berth-error.ts';
import { Cleanup } from '../errors/cleanup.ts';
import type { Clock } from '../host/clock.ts';
import { listFolder, readTextIfExists } from '../host/files.ts';
import { makeFolders } from '../host/make-folders.ts';
import { HttpConnections } from '../host/http-request.ts';
import type { WebServer } from '../host/web-server.ts';
import { defaultRegistryConfig } from '../registry/registry-config.ts';
import type { RegistryConfig } from '../registry/registry-config.ts';
import { takeExclusiveLock } from '../syscall/exclusive-lock.ts';
import { Launcher } from '../syscall/launcher.ts';
import { Arrivals } from './cache/arrivals.ts';
import { DiskCache } from './cache/disk-cache.ts';
import { Records } from './cache/records.ts';
import { Blobs } from './images/blobs.ts';
import { Discovery } from './images/discovery.ts';
import { LocalImages } from './images/local-images.ts';
import { Manifests } from './images/manifests.ts';
import { PublicContent } from './images/public-content.ts';
import type { Report } from './mirror-event.ts';
import type { MirrorSettings } from './mirror-settings.ts';
import { packageHosts } from './packages/package-hosts.ts';
import { PackageUpstream } from './packages/package-upstream.ts';
import { Packages } from './packages/packages.ts';
import { registryName } from './request/repository-name.ts';
import type { RegistryParts } from './server/registry-answers.ts';
import { serveMirror } from './server/serve-mirror.ts';
import { othersOnly } from './upstream/own-address.ts';
import { RegistryUpstream } from './upstream/registry-upstream.ts';

/** What a mirror works with. */
export interface MirrorTools {
  readonly clock: Clock;
  readonly report: Report;
}

/** A mirror that serves. */
export interface RunningMirror {
  readonly url: string;
  /** Ends all connections and downloads; what is in the cache stays. */
  stop(): Promise<void>;
}

/**
 * Makes and joins the parts of a mirror, and serves.
 *
 * @throws DAEMON_CONFIG_INVALID, MIRROR_IN_USE, MIRROR_LISTEN_FAILED
 */
export async function startMirror(
  settings: MirrorSettings,
  tools: MirrorTools,
): Promise<RunningMirror> {
  const cleanup = new Cleanup();
  try {
    const daemon = await readDaemonConfig(settings.configPath);
    const folder = join(settings.dataRoot, 'mirror');
    await makeFolders(folder, 0o700);
    const config = upstreamConfig(daemon.registry, { folder, port: settings.port, tools });
    const launcher = await Launcher.start();
    cleanup.add(() => launcher.stop());
    await lock(launcher, folder);
    const stop = new AbortController();
    cleanup.add(() => {
      stop.abort(new Error('the mirror stops'));
    });
    const signal = stop.signal;
    const parts = await makeParts({ settings, tools, config, folder, signal, cleanup });
    const server = await listen(settings, parts, tools.report);
    cleanup.add(() => server.close());
    tools.report({ kind: 'listening', url: server.url });
    return { url: server.url, stop: () => takeDown(cleanup, tools.report) };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

/** How registries are asked: as daemon.json says, but for this mirror itself. */
function upstreamConfig(
  registry: Partial<RegistryConfig>,
  {
    folder,
    port,
    tools,
  }: { readonly folder: string; readonly port: number; readonly tools: MirrorTools },
): RegistryConfig {
  const scoresPath = join(folder, 'scores.json');
  const { config, own } = othersOnly({ ...defaultRegistryConfig, ...registry, scoresPath }, port);
  for (const url of own) {
    const what = `"${url}" is this mirror itself: it is not asked`;
    const about = { topic: 'own-url', subject: url } as const;
    tools.report({ kind: 'problem', what, error: undefined, ...about });
  }
  return config;
}

/** Ends all parts; what goes wrong with one does not keep the others. */
async function takeDown(cleanup: Cleanup, report: MirrorTools['report']): Promise<void> {
  for (const error of await cleanup.run()) {
    report({ kind: 'problem', what: 'stopping', error, topic: 'stopping' });
  }
}

async function lock(launcher: Launcher, folder: string): Promise<void> {
  if (await takeExclusiveLock(launcher, join(folder, 'mirror.lock'))) return;
  throw new BerthError('MIRROR_IN_USE', {
    message: `another mirror uses "${folder}"; wanted a data root of its own`,
    remedy: 'Stop the other mirror, or choose another "--data-root".',
    details: { folder },
  });
}

interface Making {
  readonly settings: MirrorSettings;
  readonly tools: MirrorTools;
  readonly config: RegistryConfig;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly cleanup: Cleanup;
}

interface Parts {
  readonly registry: RegistryParts;
  readonly packages: Packages;
}

async function makeParts(making: Making): Promise<Parts> {
  const { settings, tools, config, folder, signal, cleanup } = making;
  const { clock, report } = tools;
  const cache = await DiskCache.open({ folder, maxBytes: settings.maxBytes, clock, report });
  const records = await Records.open(folder, (digest) => cache.sizeOf(digest) !== undefined);
  const arrivals = new Arrivals({ cache, clock, report, signal });
  const { replacements } = settings;
  const upstream = new RegistryUpstream({ config, replacements, clock, report, signal });
  cleanup.add(() => {
    upstream.close();
  });
  const context = {
    ...{ cache, arrivals, records, upstream, clock, report },
    local: new LocalImages(join(settings.dataRoot, 'images'), report),
    localPolicy: settings.localPolicy,
    known: new PublicContent(),
    manifestTtlMs: settings.manifestTtlMs,
  };
  const connections = new HttpConnections(config.proxies);
  cleanup.add(() => {
    connections.close();
  });
  const hosts = packageHosts(await aptSources(), settings.allowedPackageHosts);
  const packageUpstream = new PackageUpstream({ hosts, connections, config });
  const allowed = allowedRegistries(settings, config);
  return {
    registry: {
      manifests: new Manifests(context),
      blobs: new Blobs(context),
      discovery: new Discovery(context),
      allowed,
    },
    packages: new Packages({
      ...{ cache, arrivals, records, clock, report, signal },
      upstream: packageUpstream,
    }),
  };
}

/** Docker Hub, what has mirrors or a replacement, and what was allowed by hand. */
function allowedRegistries(
  { allowedRegistries, replacements }: MirrorSettings,
  { registryMirrorsFor }: RegistryConfig,
): ReadonlySet<string> {
  const mirrored = Object.keys(registryMirrorsFor).filter((name) => name !== '*');
  const names = ['docker.io', ...mirrored, ...replacements.keys(), ...allowedRegistries];
  return new Set(names.map(registryName));
}

/** The texts of this machine's apt sources (sources.list(5)). */
async function aptSources(): Promise<readonly string[]> {
  const folder = '/etc/apt/sources.list.d';
  const names = (await listFolder(folder)).filter((name) => /\.(?:list|sources)$/.test(name));
  const paths = ['/etc/apt/sources.list', ...names.map((name) => join(folder, name))];
  return Promise.all(paths.map(async (path) => (await readTextIfExists(path)) ?? ''));
}

async function listen(
  settings: MirrorSettings,
  parts: Parts,
  report: MirrorTools['report'],
): Promise<WebServer> {
  const { host, port, tls } = settings;
  try {
    return await serveMirror({ host, port, tls, ...parts, report });
  } catch (error) {
    throw new BerthError('MIRROR_LISTEN_FAILED', {
      message: `cannot listen on "${host}:${port}": ${messageOf(error)}`,
      remedy:
        'Choose an address of this host and a free port with "--listen", and check certificate and key.',
      details: { host, port, why: messageOf(error) },
      cause: error,
    });
  }
}
