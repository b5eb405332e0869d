import { isBerthError } from '../../errors/berth-error.ts';
import type { Clock } from '../../host/clock.ts';
import { HttpConnections } from '../../host/http-request.ts';
import type { Digest } from '../../image/digest.ts';
import type { Descriptor } from '../../image/manifest.ts';
import { endpointsFor } from '../../registry/endpoint.ts';
import type { Endpoint } from '../../registry/endpoint.ts';
import type { RegistryConfig } from '../../registry/registry-config.ts';
import { registryError } from '../../registry/registry-error.ts';
import { RepositoryClient } from '../../registry/repository-client.ts';
import { SourceScores } from '../../registry/source-scores.ts';
import { TokenCache } from '../../registry/token-cache.ts';
import type { Report } from '../mirror-event.ts';
import { nameOf } from '../request/repository-name.ts';
import type { RepositoryName } from '../request/repository-name.ts';
import { blobSource } from './blob-source.ts';
import type { Source } from './source.ts';
import type { Upstream, UpstreamManifest } from './upstream.ts';

/** What a `RegistryUpstream` needs. */
export interface RegistryUpstreamOptions {
  readonly config: RegistryConfig;
  /** Base URLs that stand for a registry instead of the registry itself, by registry. */
  readonly replacements: ReadonlyMap<string, readonly string[]>;
  readonly clock: Clock;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** A client is made anew after that: the transport that worked once may not be the best one any more. */
const clientLifeMs = 30 * 60_000;
const mostClients = 500;

/** A client waits meanwhile, and what was kept can be served without upstream: few tries of each source. */
const attemptsOfOne = 2;

/** Registries through `runtime/registry`: its sources in the order of what was measured, asked without credentials. */
export class RegistryUpstream implements Upstream {
  readonly #options: RegistryUpstreamOptions;
  readonly #connections: HttpConnections;
  readonly #scores: SourceScores;
  readonly #tokens = new TokenCache();
  readonly #clients = new Map<
    string,
    { readonly madeMs: number; readonly client: Promise<RepositoryClient> }
  >();

  constructor(options: RegistryUpstreamOptions) {
    this.#options = options;
    this.#connections = new HttpConnections(options.config.proxies);
    this.#scores = new SourceScores({
      clock: options.clock,
      path: options.config.scoresPath,
      onNotice: (what) => {
        options.report({ kind: 'problem', what, error: undefined });
      },
    });
  }

  resolve(name: RepositoryName, tag: string): Promise<Digest | undefined> {
    return this.#ask(name, (client) => client.resolve(tag));
  }

  manifest(name: RepositoryName, selector: string): Promise<UpstreamManifest> {
    return this.#ask(name, (client) => client.manifest(selector));
  }

  blobSize(name: RepositoryName, digest: Digest): Promise<number | undefined> {
    return this.#ask(name, async (client) => {
      const sizeBytes = await client.hasBlob(digest);
      if (sizeBytes === undefined)
        throw registryError('BLOB_UNKNOWN', `"${nameOf(name)}" has no blob "${digest}"`);
      return sizeBytes === 0 ? undefined : sizeBytes;
    });
  }

  blob(name: RepositoryName, digest: Digest): Source {
    const { clock } = this.#options;
    return blobSource({
      name: `${nameOf(name)}@${digest}`,
      registry: name.registry,
      digest,
      clock,
      scores: this.#scores,
      ask: (work) => this.#ask(name, work),
    });
  }

  tags(name: RepositoryName): Promise<readonly string[]> {
    return this.#ask(name, (client) => client.tags());
  }

  referrers(
    name: RepositoryName,
    digest: Digest,
    artifactType: string | undefined,
  ): Promise<readonly Descriptor[]> {
    return this.#ask(name, (client) => client.referrers(digest, artifactType));
  }

  close(): void {
    this.#connections.close();
    // Nobody waits for it: the next start measures anew.
    void this.#scores.save();
  }

  /** Asks one source after the other. When none has it, the word of the registry itself counts. */
  async #ask<T>(
    name: RepositoryName,
    work: (client: RepositoryClient, endpoint: Endpoint) => Promise<T>,
  ): Promise<T> {
    const { clock, report, signal } = this.#options;
    await this.#scores.ready();
    const endpoints = this.#scores.rank(name.registry, this.#endpoints(name.registry));
    let problem: unknown = registryError(
      'REGISTRY_UNREACHABLE',
      `"${name.registry}" has no source`,
    );
    let wordOfOrigin: unknown;
    for (const endpoint of endpoints) {
      const key = { registry: name.registry, source: endpoint.name };
      const startedMs = clock.now();
      try {
        const result = await work(await this.#client(endpoint, name), endpoint);
        this.#scores.answered(key, clock.now() - startedMs);
        return result;
      } catch (error) {
        signal.throwIfAborted();
        report({ kind: 'source-failed', source: endpoint.name, error });
        this.#clients.delete(clientKey(endpoint, name));
        if (isBerthError(error, 'REGISTRY_DIGEST_MISMATCH')) this.#scores.lied(key);
        else if (isFailure(error)) this.#scores.failed(key);
        problem = error;
        if (endpoint.kind === 'origin') wordOfOrigin = error;
      }
    }
    throw wordOfOrigin ?? problem;
  }

  #endpoints(registry: string): readonly Endpoint[] {
    const { config, replacements } = this.#options;
    const urls = replacements.get(registry);
    if (urls === undefined) return endpointsFor(registry, config);
    const replaced = { ...config, registryMirrors: [], registryMirrorsFor: { [registry]: urls } };
    return endpointsFor(registry, replaced).filter(({ kind }) => kind === 'mirror');
  }

  #client(endpoint: Endpoint, { registry, path }: RepositoryName): Promise<RepositoryClient> {
    const { clock, config, signal } = this.#options;
    const key = clientKey(endpoint, { registry, path });
    const kept = this.#clients.get(key);
    if (kept !== undefined && clock.now() - kept.madeMs < clientLifeMs) return kept.client;
    if (this.#clients.size >= mostClients) this.#clients.clear();
    const client = RepositoryClient.connect(endpoint, {
      connections: this.#connections,
      config,
      domain: registry,
      repository: path,
      access: 'pull',
      credentials: undefined,
      signal,
      clock,
      tokens: this.#tokens,
      attempts: attemptsOfOne,
    });
    client.catch(() => undefined);
    this.#clients.set(key, { madeMs: clock.now(), client });
    return client;
  }
}

function clientKey({ name }: Endpoint, repository: RepositoryName): string {
  return `${name} ${nameOf(repository)}`;
}

const aboutContent = ['MANIFEST_UNKNOWN', 'BLOB_UNKNOWN', 'REGISTRY_UNAUTHORIZED'];

/** Whether an error says something of the source, and not of what was asked for. */
function isFailure(error: unknown): boolean {
  return !isBerthError(error) || !aboutContent.includes(error.code);
}
