import { systemClock } from '../host/clock.ts';
import type { Clock } from '../host/clock.ts';
import { HttpConnections } from '../host/http-request.ts';
import type { Platform } from '../image/image-config.ts';
import type {
  DirectoryOptions,
  FoundRepository,
  ImageDirectory,
  LoginOutcome,
  RegistrySearch,
  RemoteManifest,
} from '../image/image-directory.ts';
import type { RegistryCredentials } from '../image/image-service.ts';
import { maxManifestBytes, parseImageConfig, parseManifest } from '../image/manifest.ts';
import type { Reference } from '../image/reference.ts';
import { endpointsFor } from './endpoint.ts';
import { checkLogin } from './login.ts';
import { readLimited } from './registry-answer.ts';
import type { ChannelOptions } from './registry-channel.ts';
import { defaultRegistryConfig } from './registry-config.ts';
import type { RegistryConfig } from './registry-config.ts';
import { registryError } from './registry-error.ts';
import { RepositoryClient } from './repository-client.ts';
import type { FetchedManifest } from './repository-client.ts';
import { searchRegistry } from './search.ts';

/** What registries tell beside the images themselves. */
export class RegistryDirectory implements ImageDirectory {
  #config: RegistryConfig;
  readonly #clock: Clock;

  constructor(config: Partial<RegistryConfig> = {}, clock: Clock = systemClock) {
    this.#config = { ...defaultRegistryConfig, ...config };
    this.#clock = clock;
  }

  /** Counts for questions that are asked from now on. */
  reconfigure(config: Partial<RegistryConfig>): void {
    this.#config = { ...defaultRegistryConfig, ...config };
  }

  manifest(reference: Reference, options: DirectoryOptions): Promise<RemoteManifest> {
    return this.#anywhere(reference, options, async (client) => {
      const found = await client.manifest(reference.digest ?? reference.tag ?? 'latest');
      return { ...found, platforms: await platformsOf(found, client) };
    });
  }

  tags(reference: Reference, options: DirectoryOptions): Promise<readonly string[]> {
    return this.#anywhere(reference, options, (client) => client.tags());
  }

  search(search: RegistrySearch): Promise<readonly FoundRepository[]> {
    return this.#connected(search.signal, (channel) => searchRegistry(search, channel));
  }

  login(
    server: string,
    credentials: RegistryCredentials,
    signal: AbortSignal,
  ): Promise<LoginOutcome> {
    return this.#connected(signal, async (channel) => ({
      identityToken: await checkLogin(server, credentials, channel),
    }));
  }

  /** Asks mirrors, then the registry itself, whose word counts. */
  #anywhere<T>(
    { domain, path }: Reference,
    { credentials, signal }: DirectoryOptions,
    work: (client: RepositoryClient) => Promise<T>,
  ): Promise<T> {
    return this.#connected(signal, async (channel) => {
      let problem: unknown;
      for (const endpoint of endpointsFor(domain, this.#config)) {
        try {
          const client = await RepositoryClient.connect(endpoint, {
            ...channel,
            ...{ domain, repository: path, access: 'pull' },
            // Credentials are for the registry that the name says, not for its mirrors.
            credentials: endpoint.kind === 'origin' ? credentials : undefined,
          });
          return await work(client);
        } catch (error) {
          signal.throwIfAborted();
          problem = error;
        }
      }
      throw problem;
    });
  }

  async #connected<T>(
    signal: AbortSignal,
    work: (options: ChannelOptions) => Promise<T>,
  ): Promise<T> {
    const connections = new HttpConnections(this.#config.proxies);
    try {
      return await work({ connections, config: this.#config, signal, clock: this.#clock });
    } finally {
      connections.close();
    }
  }
}

/** Of an index all that it names, of an image the one of its configuration. */
async function platformsOf(
  { digest, bytes }: FetchedManifest,
  client: RepositoryClient,
): Promise<readonly Platform[]> {
  const parsed = parseManifest(bytes, `manifest "${digest}"`);
  if (parsed.kind === 'index')
    return parsed.index.manifests.flatMap(({ platform }) => platform ?? []);
  const { config } = parsed.manifest;
  const { body } = await client.blob(config.digest);
  const text = await readLimited(body, maxManifestBytes);
  if (text === undefined)
    throw registryError(
      'REGISTRY_RESPONSE_INVALID',
      `the configuration "${config.digest}" is too long`,
    );
  const { architecture, os, variant } = parseImageConfig(text, `configuration "${config.digest}"`);
  return [{ architecture, os, ...(variant !== undefined && { variant }) }];
}
