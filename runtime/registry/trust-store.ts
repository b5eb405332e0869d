import type { TlsTrust } from '../host/tls-trust.ts';
import { readCertificates } from './certificates.ts';
import type { Endpoint, Transport } from './endpoint.ts';

/**
 * Whom to trust at which host, while talking to one registry. The registry's own authorities are trusted wherever it
 * sends us (its token service, its storage); its client certificates are shown to nobody else.
 */
export class TrustStore {
  readonly #folders: readonly string[];
  readonly #registryHosts: readonly string[];
  readonly #found = new Map<string, Promise<TlsTrust | undefined>>();

  /** @param folders Those of `RegistryConfig.certificateFolders`. */
  constructor(folders: readonly string[], endpoint: Endpoint, transport: Transport) {
    this.#folders = folders;
    this.#registryHosts = [...new Set([namedHost(endpoint), new URL(transport.baseUrl).host])];
  }

  /** Whom to trust for a URL; `undefined`: only whom the host trusts. @throws REGISTRY_CERTIFICATE_INVALID */
  trustFor(url: URL): Promise<TlsTrust | undefined> {
    if (url.protocol !== 'https:') return Promise.resolve(undefined);
    const found = this.#found.get(url.host) ?? this.#find(url.host);
    this.#found.set(url.host, found);
    return found;
  }

  async #find(host: string): Promise<TlsTrust | undefined> {
    if (this.#registryHosts.includes(host))
      return readCertificates(this.#folders, this.#registryHosts);
    const registry = await readCertificates(this.#folders, this.#registryHosts);
    const own = await readCertificates(this.#folders, [host]);
    if (registry === undefined) return own;
    return {
      authorities: [...registry.authorities, ...(own?.authorities ?? [])],
      clients: own?.clients ?? [],
    };
  }
}

/** The host as it is written in the name or in the mirror's URL, with a port that a URL would leave out. */
function namedHost({ name }: Endpoint): string {
  return name.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}
