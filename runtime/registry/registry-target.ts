import { systemClock } from '../host/clock.ts';
import type { Clock } from '../host/clock.ts';
import { HttpConnections } from '../host/http-request.ts';
import { EventQueue } from '../image/event-queue.ts';
import type { ImageTarget, PushEvent, PushRequest } from '../image/image-target.ts';
import type { Descriptor } from '../image/manifest.ts';
import { repositoryOf } from '../image/reference.ts';
import { originOf } from './endpoint.ts';
import type { PushContext } from './push/push-blob.ts';
import { defaultRegistryConfig } from './registry-config.ts';
import type { RegistryConfig } from './registry-config.ts';
import { RepositoryClient } from './repository-client.ts';
import { SharedUploads } from './push/shared-uploads.ts';

/** Of a layer's progress only the latest counts: a slow reader must not make a list of all. */
function isNewer(older: PushEvent, newer: PushEvent): boolean {
  const isProgress = older.status === 'layer-uploading' && newer.status === 'layer-uploading';
  return isProgress && older.layer === newer.layer;
}

/** Registries as a target of images: the one that the name says, never its mirrors. */
export class RegistryTarget implements ImageTarget {
  #config: RegistryConfig;
  readonly #clock: Clock;
  readonly #uploads: SharedUploads;

  constructor(config: Partial<RegistryConfig> = {}, clock: Clock = systemClock) {
    this.#config = { ...defaultRegistryConfig, ...config };
    this.#clock = clock;
    this.#uploads = new SharedUploads(this.#config.maxConcurrentUploads);
  }

  /** Counts for pushes that begin from now on. */
  reconfigure(config: Partial<RegistryConfig>): void {
    this.#config = { ...defaultRegistryConfig, ...config };
    this.#uploads.resize(this.#config.maxConcurrentUploads);
  }

  async *push(request: PushRequest): AsyncGenerator<PushEvent, void, void> {
    // The reader may stop at any event: then the uploads must stop too.
    const stop = new AbortController();
    const signal = AbortSignal.any([
      stop.signal,
      ...(request.signal === undefined ? [] : [request.signal]),
    ]);
    const queue = new EventQueue<PushEvent>({ replaces: isNewer });
    const connections = new HttpConnections(this.#config.proxies);
    const work = this.#push({ ...request, signal }, connections, (event) => {
      queue.push(event);
    });
    const settled = work.then(
      () => {
        queue.end();
      },
      (error: unknown) => {
        queue.fail(error);
      },
    );
    try {
      yield* queue.read();
    } finally {
      stop.abort(new Error('the push was given up'));
      await settled;
      connections.close();
    }
  }

  async #push(
    request: PushRequest & { readonly signal: AbortSignal },
    connections: HttpConnections,
    onEvent: PushContext['onEvent'],
  ): Promise<void> {
    const { reference, credentials, signal, manifest, config, layers } = request;
    const { domain, path } = reference;
    const client = await RepositoryClient.connect(originOf(domain, this.#config), {
      ...{ connections, config: this.#config, domain, repository: path, access: 'push' },
      ...{ credentials, signal, clock: this.#clock },
    });
    onEvent({ status: 'started', repository: repositoryOf(reference) });
    const { open, mountCandidates } = request;
    const context = { client, clock: this.#clock, signal, onEvent, open, mountCandidates };
    await this.#pushLayers(repositoryOf(reference), layers, context);
    // Not a layer: nobody is told.
    await this.#uploads.push(repositoryOf(reference), config, {
      ...context,
      onEvent: () => undefined,
    });
    const { digest, bytes, mediaType } = manifest;
    await client.putManifest(reference.tag ?? digest, bytes, mediaType);
    onEvent({
      status: 'done',
      tag: reference.tag ?? '',
      digest,
      sizeBytes: bytes.byteLength,
    });
  }

  /** Pushes all layers at once, as far as there is room. The first error stops the others. */
  async #pushLayers(
    target: string,
    layers: readonly Descriptor[],
    context: PushContext,
  ): Promise<void> {
    const distinct = new Map(layers.map((layer) => [layer.digest, layer])).values();
    const stop = new AbortController();
    const signal = AbortSignal.any([context.signal, stop.signal]);
    const outcomes = await Promise.allSettled(
      [...distinct].map(async (layer) => {
        context.onEvent({ status: 'layer-waiting', layer: layer.digest });
        try {
          await this.#uploads.push(target, layer, { ...context, signal });
        } catch (error) {
          stop.abort(error);
          throw error;
        }
      }),
    );
    // The first in time, not in the order of the layers.
    if (stop.signal.aborted) throw stop.signal.reason;
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}
