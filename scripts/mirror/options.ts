import { mirrorServeMessages as m } from '../../messages/areas/mirror-serve.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { LocalPolicy } from '../../runtime/mirror/images/images-context.ts';
import type { MirrorSettings } from '../../runtime/mirror/mirror-settings.ts';
import { isPackageHost } from '../../runtime/mirror/packages/package-hosts.ts';
import { registryName } from '../../runtime/mirror/request/repository-name.ts';

/** The options of `berth mirror serve`, as typed. */
export interface ServeOptions {
  readonly listen: string;
  readonly dataRoot: string;
  readonly config: string;
  readonly upstream?: readonly string[];
  readonly allow?: readonly string[];
  readonly allowPackages?: readonly string[];
  readonly serveLocal: LocalPolicy;
  readonly maxSize: string;
  readonly manifestTtl: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly json?: true;
}

/** Reads options into settings; certificate and key are still paths. Throws USAGE. */
export function parseServeOptions(options: ServeOptions): Omit<MirrorSettings, 'tls'> {
  const { host, port } = parseListen(options.listen);
  const allowedPackageHosts = listOf(options.allowPackages);
  const badHost = allowedPackageHosts.find((text) => !isPackageHost(text));
  if (badHost !== undefined)
    throw usage('allow-packages', badHost, m.wantedHost(), 'deb.debian.org');
  return {
    dataRoot: options.dataRoot,
    host,
    port,
    configPath: options.config,
    allowedRegistries: listOf(options.allow),
    replacements: parseUpstreams(options.upstream ?? []),
    maxBytes: parseSize(options.maxSize),
    manifestTtlMs: parseDuration(options.manifestTtl),
    localPolicy: options.serveLocal,
    allowedPackageHosts,
  };
}

/** Options may be given several times, and may have several values with commas. */
function listOf(values: readonly string[] | undefined): readonly string[] {
  return (values ?? []).flatMap((value) => value.split(',')).filter((value) => value !== '');
}

function parseListen(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535)
    throw usage('listen', text, m.wantedAddress(), '192.0.2.10:5000');
  // As with other servers, ":5000" is every address.
  return { host: match[1] ?? (match[2] === '' ? '::' : (match[2] ?? '')), port };
}

function parseUpstreams(values: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const value of values) {
    const [, registry, text = ''] = /^(?:([^=/]+)=)?(.+)$/.exec(value) ?? [];
    const url = URL.parse(text);
    if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
      throw usage('upstream', value, m.wantedUrl(), 'ghcr.io=https://harbor.example');
    const name = registryName(registry ?? 'docker.io');
    found.set(name, [...(found.get(name) ?? []), text]);
  }
  return found;
}

/** Powers of 1000, as disks are sold. */
const units: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

function parseSize(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)\s*([KMGT]?)B?$/i.exec(text);
  const unit = units[(match?.[2] ?? '').toUpperCase()];
  if (match === null || unit === undefined) throw usage('max-size', text, m.wantedSize(), '20GB');
  return Math.round(Number(match[1]) * unit);
}

const durations: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3600e3 };

function parseDuration(text: string): number {
  const match = /^(\d{1,6})([smh])$/.exec(text);
  const unit = durations[match?.[2] ?? ''];
  if (match === null || unit === undefined) throw usage('manifest-ttl', text, m.wantedTime(), '5m');
  return Number(match[1]) * unit;
}

function usage(option: string, value: string, wanted: string, example: string): BerthError {
  return new BerthError('USAGE', {
    message: m.optionInvalid({ option, value, wanted }),
    remedy: m.forExample({ option, example }),
    details: { option, value },
  });
}
