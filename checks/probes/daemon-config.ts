import { parse, type ParseError } from 'jsonc-parser';
import type { HostFiles } from '../context.ts';

/** Where berth's daemon.json is. */
export const daemonConfigPath = '/etc/berth/daemon.json';

/** Keys of daemon.json that checks look at. */
interface DaemonConfig {
  readonly registryMirrors: readonly string[];
  readonly bip: string | undefined;
  /** Networks that new bridges get their addresses from, with the prefix length of each. */
  readonly pools: readonly { readonly base: string; readonly size: number }[] | undefined;
  readonly proxies: Readonly<Record<string, string>>;
}

/**
 * Reads berth's daemon.json as far as checks care, comments allowed. What has another type than it should is left out: to
 * refuse it is the daemon's business, and planning's.
 */
export async function readDaemonConfig(files: HostFiles): Promise<DaemonConfig> {
  const errors: ParseError[] = [];
  const value: unknown = parse((await files.readText(daemonConfigPath)) ?? '{}', errors, {
    allowTrailingComma: true,
  });
  const config = isObject(value) ? value : {};
  const pools = config['default-address-pools'];
  return {
    registryMirrors: strings(config['registry-mirrors']),
    bip: typeof config['bip'] === 'string' ? config['bip'] : undefined,
    pools: Array.isArray(pools) ? pools.flatMap(poolOf) : undefined,
    proxies: proxiesOf(config['proxies']),
  };
}

function poolOf(value: unknown): readonly { readonly base: string; readonly size: number }[] {
  if (!isObject(value)) return [];
  const { base, size } = value;
  return typeof base === 'string' && typeof size === 'number' ? [{ base, size }] : [];
}

function proxiesOf(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])),
  );
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
