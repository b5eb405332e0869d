import { BerthError } from '../errors/berth-error.ts';

/** A flag of dockerd's that is given once for each part of a key of daemon.json. */
export interface ComposedFlag {
  readonly key: string;
  /** @throws BerthError USAGE */
  readonly compose: (values: readonly string[]) => unknown;
}

/** Such flags, by name. */
export const composedFlags: Readonly<Record<string, ComposedFlag>> = {
  'default-address-pool': { key: 'default-address-pools', compose: (values) => values.map(pool) },
  'default-network-opt': { key: 'default-network-opts', compose: networkOptions },
  'default-ulimit': {
    key: 'default-ulimits',
    compose: (values) => Object.fromEntries(values.map(limit)),
  },
  'log-opt': {
    key: 'log-opts',
    compose: (values) => Object.fromEntries(values.map((value) => pair('log-opt', value))),
  },
};

/** `base=10.0.0.0/8,size=24`; what is wrong with its parts is left to the check of the configuration. */
function pool(value: string): Readonly<Record<string, unknown>> {
  const parts = value.split(',').map((part) => pair('default-address-pool', part));
  return Object.fromEntries(
    parts.map(([name, text]) => [
      name,
      name === 'size' && /^\d+$/.test(text) ? Number(text) : text,
    ]),
  );
}

/** `bridge=com.docker.network.driver.mtu=1400`. */
function networkOptions(values: readonly string[]): unknown {
  const byDriver: Record<string, Record<string, string>> = {};
  for (const value of values) {
    const [driver, rest] = pair('default-network-opt', value);
    const [name, text] = pair('default-network-opt', rest);
    byDriver[driver] = { ...byDriver[driver], [name]: text };
  }
  return byDriver;
}

/** `nofile=1024:2048`, or one number for both. */
function limit(value: string): readonly [string, unknown] {
  const [Name, range] = pair('default-ulimit', value);
  const [soft = '', hard = soft] = range.split(':');
  if (!/^-?\d+$/.test(soft) || !/^-?\d+$/.test(hard)) throw wrong('default-ulimit', value);
  return [Name, { Name, Soft: Number(soft), Hard: Number(hard) }];
}

function pair(flag: string, value: string): readonly [string, string] {
  const at = value.indexOf('=');
  if (at <= 0) throw wrong(flag, value);
  return [value.slice(0, at), value.slice(at + 1)];
}

function wrong(flag: string, value: string): BerthError {
  return new BerthError('USAGE', {
    message: `invalid argument "${value}" for "--${flag}" flag`,
    remedy: 'See docs/daemon.md for the key that it stands for.',
    details: { flag, value },
  });
}
