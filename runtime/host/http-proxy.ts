import { isWithoutProxy } from './no-proxy.ts';

/** Which proxies to use, as daemon.json's `proxies` has them. What is left out is as the environment says. */
export interface ProxySettings {
  /** URL of the proxy for http: `http://user:password@proxy.example:3128`. Empty: none. */
  readonly httpProxy?: string | undefined;
  /** URL of the proxy for https, which is asked to CONNECT. Empty: none. */
  readonly httpsProxy?: string | undefined;
  /** Hosts that are reached without a proxy, as Go reads NO_PROXY. */
  readonly noProxy?: string | undefined;
}

/** Variables of the environment, as `process.env` has them. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Finds the proxy for a URL; `undefined` when it is to be reached directly. */
export type ProxyChoice = (url: URL) => URL | undefined;

/**
 * Settles which proxies to use: what `settings` leave out comes from HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in capitals
 * first, as in Go (golang.org/x/net/http/httpproxy), and so in dockerd.
 *
 * @throws TypeError (`ERR_INVALID_URL`) from the choice, for a proxy that is no URL
 */
export function proxyChoice(
  settings: ProxySettings = {},
  environment: Environment = process.env,
): ProxyChoice {
  const proxies = {
    'http:': settings.httpProxy ?? variable(environment, 'HTTP_PROXY'),
    'https:': settings.httpsProxy ?? variable(environment, 'HTTPS_PROXY'),
  };
  const noProxy = settings.noProxy ?? variable(environment, 'NO_PROXY');
  return (url) => {
    const proxy = proxies[url.protocol === 'https:' ? 'https:' : 'http:'];
    return proxy === '' || isWithoutProxy(url, noProxy) ? undefined : proxyUrl(proxy);
  };
}

function variable(environment: Environment, name: string): string {
  return [environment[name], environment[name.toLowerCase()]].find((value) => value) ?? '';
}

/** People leave the scheme out: `proxy.example:3128`, which as a URL would have the scheme `proxy.example`. */
function proxyUrl(text: string): URL {
  return new URL(text.includes('://') ? text : `http://${text}`);
}
