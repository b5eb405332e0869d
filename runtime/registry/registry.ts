import { BerthError } from '../errors/berth-error.ts';
import { systemClock } from '../host/clock.ts';
import type { Clock } from '../host/clock.ts';
import { HttpConnections } from '../host/http-request.ts';
import { EventQueue } from '../image/event-queue.ts';
import type { PullEvent } from '../image/image-service.ts';
import type { FetchedImage, FetchRequest, ImageSource } from '../image/image-source.ts';
import type { MirrorScores, SourceScore } from '../image/mirror-scores.ts';
import { familiarName, familiarRepository } from '../image/reference.ts';
import type { Reference } from '../image/reference.ts';
import type { DownloadTools } from './pull/blob-filler.ts';
import { downloadConfig, downloadLayers, prepareLayers } from './pull/download.ts';
import { endpointsFor } from './endpoint.ts';
import { resolveImage } from './pull/image-manifest.ts';
import { PullSession } from './pull/pull-session.ts';
import { defaultRegistryConfig } from './registry-config.ts';
import type { RegistryConfig } from './registry-config.ts';
import { SharedDownloads } from './pull/shared-downloads.ts';
import { SourceScores } from './source-scores.ts';

/** What a `Registry` may be given besides its configuration. */
export interface RegistryTools {
  readonly clock: Clock;
  /** 0 to 1; spreads retries. */
  readonly random: () => number;
  /** Told of what is no error but worth a line in the log. */
  readonly onNotice: (message: string) => void;
}

/** What pulls came to, since the start. */
export interface PullCounts {
  done: number;
  failed: number;
  /** Of layers that were not there. */
  bytes: number;
}

/** Registries as a source of images: from whichever of a registry's mirrors, and the registry itself, does best. */
export class Registry implements ImageSource, MirrorScores {
  #config: RegistryConfig;
  readonly #tools: DownloadTools;
  readonly #downloads: SharedDownloads;
  readonly #counts: PullCounts = { done: 0, failed: 0, bytes: 0 };

  /** @throws DAEMON_CONFIG_INVALID for a mirror that is no URL */
  constructor(config: Partial<RegistryConfig> = {}, tools: Partial<RegistryTools> = {}) {
    const { clock = systemClock, random = Math.random, onNotice = () => undefined } = tools;
    this.#config = { ...defaultRegistryConfig, ...config };
    checkMirrors(this.#config);
    const scores = new SourceScores({ clock, path: this.#config.scoresPath, onNotice });
    this.#tools = { clock, random, scores, attempts: this.#config.maxDownloadAttempts };
    this.#downloads = new SharedDownloads(this.#tools);
  }

  /** Counts for pulls that begin from now on. What was measured of sources stays. @throws as the constructor */
  reconfigure(config: Partial<RegistryConfig>): void {
    const next = { ...defaultRegistryConfig, ...config };
    checkMirrors(next);
    this.#config = next;
    this.#tools.attempts = next.maxDownloadAttempts;
  }

  /** What pulls came to, since the start. */
  get counts(): Readonly<PullCounts> {
    return this.#counts;
  }

  scores(): readonly SourceScore[] {
    const { scores } = this.#tools;
    const configured = Object.keys(this.#config.registryMirrorsFor).filter((name) => name !== '*');
    const hub = this.#config.registryMirrors.length > 0 ? ['docker.io'] : [];
    const registries = new Set([...hub, ...configured, ...scores.registries()]);
    return [...registries].flatMap((registry) => {
      const endpoints = endpointsFor(registry, this.#config);
      const ranked = scores.rank(registry, endpoints);
      const dropped = endpoints.filter((endpoint) => !ranked.includes(endpoint));
      return [...ranked, ...dropped].map((endpoint) => scores.score(registry, endpoint));
    });
  }

  async forget(source?: string): Promise<number> {
    const { scores } = this.#tools;
    await scores.ready();
    const count = scores.forget(source);
    await scores.save();
    return count;
  }

  async *fetch(request: FetchRequest): AsyncGenerator<PullEvent, FetchedImage, void> {
    await this.#tools.scores.ready();
    // The reader may stop at any event: then the downloads must stop too.
    const stop = new AbortController();
    const signal = AbortSignal.any([
      stop.signal,
      ...(request.signal === undefined ? [] : [request.signal]),
    ]);
    const events = new EventQueue<PullEvent>({ replaces: isNewerProgress });
    const connections = new HttpConnections(this.#config.proxies);
    const session = new PullSession({
      request: { ...request, signal },
      config: this.#config,
      connections,
      tools: this.#tools,
      onEvent: (event) => {
        events.push(event);
      },
    });
    const image = this.#fetch(session);
    const settled = image.then(
      () => {
        this.#counts.done += 1;
        events.end();
      },
      (error: unknown) => {
        this.#counts.failed += 1;
        events.fail(error);
      },
    );
    try {
      yield* events.read();
      return await image;
    } finally {
      stop.abort(new Error('the pull was given up'));
      await settled;
      connections.close();
      await this.#tools.scores.save();
    }
  }

  async #fetch(session: PullSession): Promise<FetchedImage> {
    const { request, onEvent } = session;
    const { digest, descriptor, manifest, source } = await resolveImage(session);
    onEvent(started(request.reference));
    onEvent({ status: 'resolved', source, manifestDigest: descriptor.digest });
    const downloads = this.#downloads;
    const image = await downloadConfig(manifest.config, session, downloads);
    const { blobs, missing } = await prepareLayers(manifest.layers, session, { downloads, image });
    request.onContent?.({ digest, descriptor, layers: blobs });
    await downloadLayers(missing, session, this.#config.maxConcurrentDownloads);
    for (const { descriptor: layer } of missing) this.#counts.bytes += layer.size;
    const downloaded = missing.map((layer) => layer.descriptor.digest);
    return { digest, descriptor, downloaded };
  }
}

function started(reference: Reference): PullEvent {
  return {
    status: 'started',
    reference: familiarName(reference),
    repository: familiarRepository(reference),
    tag: reference.tag ?? reference.digest ?? '',
  };
}

/** Of progress only the newest counts, for a reader that is slow. */
function isNewerProgress(older: PullEvent, newer: PullEvent): boolean {
  const isProgress = older.status === 'layer-downloading' && newer.status === 'layer-downloading';
  return isProgress && older.layer === newer.layer;
}

function checkMirrors({ registryMirrors, registryMirrorsFor }: RegistryConfig): void {
  for (const url of registryMirrors) checkMirror('registry-mirrors', url);
  for (const url of Object.values(registryMirrorsFor).flat())
    checkMirror('registry-mirrors-for', url);
}

function checkMirror(key: string, url: string): void {
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return;
  throw new BerthError('DAEMON_CONFIG_INVALID', {
    message: `"${key}" has "${url}"; wanted http:// or https:// and a host`,
    remedy: 'Correct the mirror in daemon.json.',
    details: { key, value: url },
  });
}
