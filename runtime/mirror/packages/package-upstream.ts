import { BerthError, messageOf } from '../../errors/berth-error.ts';
import type { HttpConnections, HttpResponse } from '../../host/http-request.ts';
import type { RegistryConfig } from '../../registry/registry-config.ts';
import type { SourceBody } from '../upstream/source.ts';
import type { PackageHosts } from './package-hosts.ts';

/** What a package host answers; a body must be read, or destroyed. */
export type PackageResponse =
  | { readonly kind: 'not-modified' }
  | {
      readonly kind: 'body';
      readonly body: SourceBody;
      readonly headers: Readonly<Record<string, string>>;
      /** Where the body begins in the file. */
      readonly offsetBytes: number;
    }
  /** There is no such file (404, 410), or not for everybody (401, 403). */
  | { readonly kind: 'missing'; readonly status: number };

/** What `PackageUpstream` needs. */
export interface PackageUpstreamOptions {
  readonly hosts: PackageHosts;
  readonly connections: HttpConnections;
  readonly config: Pick<RegistryConfig, 'headTimeoutMs' | 'idleTimeoutMs'>;
}

/** As many as a package host needs; each has to lead to a host that may be asked too. */
const mostRedirects = 5;

/** Headers of an answer that are passed on. */
const keptHeaders = ['content-type', 'etag', 'last-modified'] as const;

/** Package hosts over HTTP. */
export class PackageUpstream {
  readonly #options: PackageUpstreamOptions;

  constructor(options: PackageUpstreamOptions) {
    this.#options = options;
  }

  /** The URL of a file. @throws MIRROR_REFUSED for a host that may not be asked */
  urlOf(host: string, path: string): URL {
    const base = this.#options.hosts.get(host);
    if (base === undefined) throw this.#refused(host);
    // Joined, not resolved: nothing in a path can be taken for a host.
    return new URL(base + path);
  }

  /**
   * Asks for a file.
   *
   * @param headers Conditions and ranges.
   * @throws MIRROR_REFUSED for a redirect elsewhere, REGISTRY_UNREACHABLE, REGISTRY_REFUSED
   */
  async get(
    from: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<PackageResponse> {
    let url = from;
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      const response = await this.#send(url, headers, signal);
      const { location } = response.headers;
      if (location === undefined || response.status < 301 || response.status > 308)
        return packageResponse(url, response);
      response.body.destroy();
      url = this.#redirected(url, location);
    }
    throw failed('REGISTRY_REFUSED', from, `it redirects more than ${mostRedirects} times`);
  }

  #redirected(from: URL, location: string): URL {
    const url = URL.parse(location, from.href);
    if (url === null || !/^https?:$/.test(url.protocol)) throw this.#refused(location);
    // A host that is allowed with one scheme is allowed with the other: packages are signed.
    if (!this.#options.hosts.has(url.host)) throw this.#refused(url.host);
    return url;
  }

  async #send(
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const { connections, config } = this.#options;
    try {
      return await connections.request({
        url,
        method: 'GET',
        // A body that was compressed on its way would have another size and another hash.
        headers: { 'user-agent': 'berth', 'accept-encoding': 'identity', ...headers },
        headTimeoutMs: config.headTimeoutMs,
        idleTimeoutMs: config.idleTimeoutMs,
        certificates: 'verified',
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw failed('REGISTRY_UNREACHABLE', url, messageOf(error), error);
    }
  }

  #refused(host: string): BerthError {
    const names = [...this.#options.hosts.keys()].join(', ');
    return new BerthError('MIRROR_REFUSED', {
      message: `packages of "${host}" may not be fetched through this mirror; wanted one of: ${names}`,
      remedy: `Start the mirror with "--allow-packages ${host}", beside the other hosts.`,
      details: { host },
    });
  }
}

function packageResponse(url: URL, { status, headers, body }: HttpResponse): PackageResponse {
  if (status === 200 || status === 206) {
    const kept = keptHeaders.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers['content-range'] ?? '');
    const length = headers['content-length'];
    const sizeBytes = range?.[2] ?? length;
    return {
      kind: 'body',
      body: {
        sizeBytes: sizeBytes === undefined ? undefined : Number(sizeBytes),
        chunks: body as AsyncIterable<Uint8Array>,
        from: url.host,
      },
      headers: Object.fromEntries(kept),
      offsetBytes: Number(range?.[1] ?? 0),
    };
  }
  body.destroy();
  if (status === 304) return { kind: 'not-modified' };
  if ([401, 403, 404, 410].includes(status)) return { kind: 'missing', status };
  throw failed('REGISTRY_REFUSED', url, `status ${status}`);
}

function failed(
  code: 'REGISTRY_REFUSED' | 'REGISTRY_UNREACHABLE',
  url: URL,
  why: string,
  cause?: unknown,
): BerthError {
  return new BerthError(code, {
    message: `Get "${url.href}": ${why}`,
    remedy: 'Check the network, DNS and proxy of this host, or use another package mirror.',
    details: { url: url.href },
    cause,
  });
}
