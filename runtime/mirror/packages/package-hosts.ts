import { isIP } from '../../host/ip-address.ts';

/** Hosts that packages may be fetched from: `host[:port]` in lower case, and the base URL to ask. */
export type PackageHosts = ReadonlyMap<string, string>;

/** Of the distributions and Docker; Ubuntu's have no certificates, and packages carry their own signatures. */
const usualHosts: readonly string[] = [
  'http://deb.debian.org',
  'http://security.debian.org',
  'http://archive.ubuntu.com',
  'http://security.ubuntu.com',
  'https://download.docker.com',
];

/**
 * The hosts that may be asked.
 *
 * @param sources Texts of this machine's apt sources.
 * @param allowed What was allowed by hand: `host`, which is asked over https, or `http://host:port`. When there is any,
 *   nothing else is allowed.
 */
export function packageHosts(sources: readonly string[], allowed: readonly string[]): PackageHosts {
  const found = sources.flatMap(urlsOf).filter((url) => !isNear(url.hostname));
  const urls =
    allowed.length > 0 ? allowed.map(parseAllowed) : [...usualHosts.map(toUrl), ...found];
  return new Map(urls.map((url) => [url.host, url.origin]));
}

/** Whether a text names a package host, as `--allow-packages` takes it. */
export function isPackageHost(text: string): boolean {
  const url = URL.parse(withScheme(text));
  return (
    url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.username === ''
  );
}

function withScheme(text: string): string {
  return text.includes('://') ? text : `https://${text}`;
}

function parseAllowed(text: string): URL {
  return new URL(withScheme(text));
}

function toUrl(text: string): URL {
  return new URL(text);
}

/** URLs in a sources.list(5), in its old form or in deb822's. Those with a password are not for others. */
function urlsOf(text: string): readonly URL[] {
  return text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.match(/\bhttps?:\/\/[^\s\]]+/g) ?? [])
    .map((url) => URL.parse(url))
    .filter((url) => url !== null)
    .filter(({ username, password }) => username === '' && password === '');
}

/** Whether a host is this machine or its link: what listens there is not meant for others. */
function isNear(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(host) === 0) return host === 'localhost' || host.endsWith('.localhost');
  return /^(?:127\.|0\.|169\.254\.|::1?$|fe[89ab][0-9a-f]:|::ffff:)/.test(host);
}
