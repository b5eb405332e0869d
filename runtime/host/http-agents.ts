import type { Agent } from 'node:http';
import { HttpAgent } from './http.ts';
import type { ProxyChoice } from './http-proxy.ts';
import { HttpsAgent } from './https.ts';
import { hostTrust, secureContextOf } from './tls-trust.ts';
import type { TlsTrust } from './tls-trust.ts';

/** What decides which connections a request may share. */
export interface Route {
  readonly url: URL;
  /** `none` accepts any certificate. Has no meaning for plain http. */
  readonly certificates: 'verified' | 'none';
  /** `undefined`: what the host trusts. */
  readonly trust?: TlsTrust | undefined;
}

/** Keeps connections open between requests, apart by proxy and by trust. */
export class HttpAgents {
  readonly #proxyFor: ProxyChoice;
  readonly #plain = new Map<string, Agent>();
  readonly #secure = new Map<TlsTrust, Map<string, Agent>>();

  constructor(proxyFor: ProxyChoice) {
    this.#proxyFor = proxyFor;
  }

  /** The agent for a request. @throws OpenSSL's errors for a bad trust, TypeError for a proxy that is no URL */
  agentFor({ url, certificates, trust = hostTrust }: Route): Agent {
    const proxy = this.#proxyFor(url)?.href ?? '';
    if (url.protocol !== 'https:') {
      const proxyEnv = { HTTP_PROXY: proxy };
      return kept(this.#plain, proxy, () => new HttpAgent({ keepAlive: true, proxyEnv }));
    }
    const ofTrust = kept(this.#secure, trust, () => new Map<string, Agent>());
    return kept(ofTrust, `${certificates} ${proxy}`, () => {
      const isVerified = certificates === 'verified';
      return new HttpsAgent({
        keepAlive: true,
        proxyEnv: { HTTPS_PROXY: proxy },
        rejectUnauthorized: isVerified,
        // Reading all authorities takes time, and nobody asks them here.
        ...(isVerified || trust !== hostTrust ? { secureContext: secureContextOf(trust) } : {}),
      });
    });
  }

  /** Closes all connections, also those in use. */
  close(): void {
    for (const agents of [this.#plain, ...this.#secure.values()]) {
      for (const agent of agents.values()) agent.destroy();
    }
  }
}

function kept<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
