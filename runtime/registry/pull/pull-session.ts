import { isBerthError, messageOf } from '../../errors/berth-error.ts';
import type { HttpConnections } from '../../host/http-request.ts';
import type { PullEvent } from '../../image/image-service.ts';
import type { FetchRequest } from '../../image/image-source.ts';
import type { Descriptor } from '../../image/manifest.ts';
import type { DownloadTools } from './blob-filler.ts';
import { endpointsFor } from '../endpoint.ts';
import type { RegistryConfig } from '../registry-config.ts';
import { failureKind, retryAfterMs } from '../source-failure.ts';
import { ForeignSource, RegistrySource } from '../source.ts';
import type { Source } from '../source.ts';

/** What a `PullSession` needs. */
export interface PullSessionOptions {
  readonly request: FetchRequest & { readonly signal: AbortSignal };
  readonly config: RegistryConfig;
  readonly connections: HttpConnections;
  readonly tools: DownloadTools;
  readonly onEvent: (event: PullEvent) => void;
}

/** One pull's sources, in the order in which to ask them, and what it has heard of them. */
export class PullSession {
  readonly request: PullSessionOptions['request'];
  readonly tools: DownloadTools;
  readonly onEvent: (event: PullEvent) => void;
  readonly #sources: ReadonlyMap<string, RegistrySource>;
  readonly #foreign = new Map<string, ForeignSource>();
  readonly #options: PullSessionOptions;
  /** Sources that do not have the image, or not for this client. */
  readonly #without = new Set<Source>();
  readonly #told = new Set<string>();

  constructor(options: PullSessionOptions) {
    this.request = options.request;
    this.tools = options.tools;
    this.onEvent = options.onEvent;
    this.#options = options;
    const { request, config, connections } = options;
    const { reference, credentials, signal } = request;
    this.#sources = new Map(
      endpointsFor(reference.domain, config).map((endpoint) => [
        endpoint.name,
        new RegistrySource({ endpoint, reference, connections, config, credentials, signal }),
      ]),
    );
  }

  /** Whom to ask now, best first; those without the image last. */
  sources(): readonly Source[] {
    const { config, request } = this.#options;
    const { domain } = request.reference;
    const ranked = this.tools.scores
      .rank(domain, endpointsFor(domain, config))
      .flatMap(({ name }) => this.#sources.get(name) ?? []);
    return [
      ...ranked.filter((source) => !this.#without.has(source)),
      ...ranked.filter((source) => this.#without.has(source)),
    ];
  }

  /** Whom to ask for a blob: for a foreign layer, after the registry also those whom the manifest names. */
  sourcesOf({ urls, mediaType }: Descriptor): readonly Source[] {
    const origin = [...this.#sources.values()].find(({ kind }) => kind === 'origin');
    const isForeign = /foreign|nondistributable/.test(mediaType);
    if (!isForeign || !Array.isArray(urls) || origin === undefined) return this.sources();
    const foreign = urls
      .filter((url) => typeof url === 'string')
      .map((url) => {
        const known = this.#foreign.get(url) ?? new ForeignSource(url, origin);
        this.#foreign.set(url, known);
        return known;
      });
    return [...this.sources(), ...foreign];
  }

  /** A source did not deliver a manifest: counts it against the source, and reports it. */
  manifestFailed(source: Source, error: unknown): void {
    const { scores, clock } = this.tools;
    const kind = failureKind(error);
    if (kind === 'wrong') scores.lied(source);
    else if (kind === 'absent') this.#without.add(source);
    else if (kind !== 'own') scores.failed(source, retryAfterMs(error, clock.now()));
    this.report(source, error);
  }

  /** Tells the user of a source that failed: once for each kind of failure. */
  report(source: Source, error: unknown): void {
    if (!isBerthError(error)) return;
    const { code } = error;
    const text = `${source.source} ${code}`;
    if (this.#told.has(text)) return;
    this.#told.add(text);
    const message = messageOf(error);
    this.onEvent({ status: 'source-failed', source: source.source, code, message });
  }
}
