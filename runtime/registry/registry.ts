import { BerthError, isBerthError, messageOf } from '../errors/berth-error.ts';
import { systemClock } from '../host/clock.ts';
import type { Clock } from '../host/clock.ts';
import { HttpConnections } from '../host/http-request.ts';
import type { PullEvent } from '../image/image-service.ts';
import type { FetchedImage, FetchRequest, ImageSource } from '../image/image-source.ts';
import { parseManifest } from '../image/manifest.ts';
import type { Descriptor, Manifest } from '../image/manifest.ts';
import { mediaTypes } from '../image/media-types.ts';
import { choosePlatform, platformUnavailable } from '../image/platform.ts';
import { familiarName, familiarRepository } from '../image/reference.ts';
import type { Reference } from '../image/reference.ts';
import { downloadBlob, downloadLayers } from './download.ts';
import type { DownloadContext } from './download.ts';
import { endpointsFor } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { EventQueue } from './event-queue.ts';
import { defaultRegistryConfig } from './registry-config.ts';
import type { RegistryConfig } from './registry-config.ts';
import { registryError } from './registry-error.ts';
import { RepositoryClient } from './repository-client.ts';

/** Registries as a source of images: mirrors first, in their order, then the registry that the name says. */
export class Registry implements ImageSource {
  readonly #config: RegistryConfig;
  readonly #clock: Clock;

  /** @throws DAEMON_CONFIG_INVALID for a mirror that is no URL */
  constructor(config: Partial<RegistryConfig> = {}, clock: Clock = systemClock) {
    for (const mirror of config.registryMirrors ?? []) checkMirror(mirror);
    this.#config = { ...defaultRegistryConfig, ...config };
    this.#clock = clock;
  }

  async *fetch(request: FetchRequest): AsyncGenerator<PullEvent, FetchedImage, void> {
    const endpoints = endpointsFor(request.reference.domain, this.#config);
    const announce = announceOnce(request.reference);
    for (const [i, endpoint] of endpoints.entries()) {
      try {
        return yield* this.#fetchFrom(endpoint, request, announce);
      } catch (error) {
        request.signal?.throwIfAborted();
        // The last one is the registry itself: its word counts. What a mirror lacks or spoils, the next may have.
        if (!isBerthError(error) || i === endpoints.length - 1) throw error;
        yield {
          status: 'source-failed',
          source: endpoint.name,
          code: error.code,
          message: messageOf(error),
        };
      }
    }
    throw registryError('REGISTRY_UNREACHABLE', `"${request.reference.domain}" has no endpoint`);
  }

  async *#fetchFrom(
    endpoint: Endpoint,
    request: FetchRequest,
    announce: Announce,
  ): AsyncGenerator<PullEvent, FetchedImage, void> {
    // The reader may stop at any event: then the downloads must stop too.
    const stop = new AbortController();
    const signal = AbortSignal.any([
      stop.signal,
      ...(request.signal === undefined ? [] : [request.signal]),
    ]);
    const queue = new EventQueue<PullEvent>();
    const connections = new HttpConnections();
    const onEvent = (event: PullEvent): void => {
      queue.push(event);
    };
    const image = this.#download(
      endpoint,
      { ...request, signal },
      { connections, onEvent, announce },
    );
    const settled = image.then(
      () => {
        queue.end();
      },
      (error: unknown) => {
        queue.fail(error);
      },
    );
    try {
      yield* queue.read();
      return await image;
    } finally {
      stop.abort(new Error('the pull was given up'));
      await settled;
      connections.close();
    }
  }

  async #download(
    endpoint: Endpoint,
    request: FetchRequest & { readonly signal: AbortSignal },
    { connections, onEvent, announce }: FetchTools,
  ): Promise<FetchedImage> {
    const { reference, signal, lease } = request;
    // Credentials are for the registry that the name says, not for its mirrors.
    const credentials = endpoint.kind === 'origin' ? request.credentials : undefined;
    const options = { connections, config: this.#config, reference, credentials, signal };
    const client = await RepositoryClient.connect(endpoint, options);
    const { digest, descriptor, manifest } = await resolveManifest(client, request);
    announce(onEvent);
    onEvent({ status: 'resolved', source: endpoint.name, manifestDigest: descriptor.digest });
    const isKnown = await lease.holdIfPresent(manifest.config.digest);
    const context = {
      client,
      lease,
      clock: this.#clock,
      source: endpoint.name,
      signal,
      // Of an image that is there already, layers that are there are no news.
      onEvent: isKnown ? except('layer-exists', onEvent) : onEvent,
    };
    await downloadBlob(manifest.config, context);
    const concurrency = this.#config.maxConcurrentDownloads;
    const downloaded = await downloadLayers(manifest.layers, context, concurrency);
    return { digest, descriptor, downloaded };
  }
}

type OnEvent = DownloadContext['onEvent'];
type Announce = (onEvent: OnEvent) => void;

/** What the attempts of one fetch have in common. */
interface FetchTools {
  readonly connections: HttpConnections;
  readonly onEvent: OnEvent;
  readonly announce: Announce;
}

/** Says once, whichever source it is that has the image, that it is coming. */
function announceOnce(reference: Reference): Announce {
  let isDone = false;
  return (onEvent) => {
    if (isDone) return;
    isDone = true;
    onEvent({
      status: 'started',
      reference: familiarName(reference),
      repository: familiarRepository(reference),
      tag: reference.tag ?? reference.digest ?? '',
    });
  };
}

function except(status: PullEvent['status'], onEvent: OnEvent): OnEvent {
  return (event) => {
    if (event.status !== status) onEvent(event);
  };
}

function checkMirror(url: string): void {
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return;
  throw new BerthError('DAEMON_CONFIG_INVALID', {
    message: `"registry-mirrors" has "${url}"; wanted http:// or https:// and a host`,
    remedy: 'Correct the mirror in daemon.json.',
    details: { key: 'registry-mirrors', value: url },
  });
}

/** Finds the manifest for the platform, and puts it into the store. */
async function resolveManifest(
  client: RepositoryClient,
  { reference, platform, lease }: FetchRequest,
): Promise<Omit<FetchedImage, 'downloaded'> & { readonly manifest: Manifest }> {
  const name = familiarName(reference);
  const first = await client.manifest(reference.digest ?? reference.tag ?? 'latest');
  const parsed = parseManifest(first.bytes, `manifest "${first.digest}" of "${name}"`);
  if (parsed.kind === 'image') {
    await lease.add(first.bytes);
    return {
      digest: first.digest,
      descriptor: descriptorOf(first, parsed.manifest),
      manifest: parsed.manifest,
    };
  }
  const chosen = choosePlatform(parsed.index, platform);
  if (chosen === undefined) throw platformUnavailable(parsed.index, platform, name);
  const second = await client.manifest(chosen.digest);
  const image = parseManifest(second.bytes, `manifest "${second.digest}" of "${name}"`);
  if (image.kind === 'index') {
    throw registryError(
      'REGISTRY_RESPONSE_INVALID',
      `"${name}" has an index in an index; wanted an image`,
    );
  }
  await lease.add(second.bytes);
  const descriptor = { ...descriptorOf(second, image.manifest), platform: chosen.platform };
  return { digest: first.digest, descriptor, manifest: image.manifest };
}

function descriptorOf(
  { digest, bytes }: { readonly digest: Descriptor['digest']; readonly bytes: Uint8Array },
  { mediaType }: Manifest,
): Descriptor {
  return { mediaType: mediaType ?? mediaTypes.ociManifest, digest, size: bytes.byteLength };
}
