import { BerthError } from '../../errors/berth-error.ts';
import type { NetworkRecord } from '../model/network-record.ts';
import { advertisementOptions } from './advertisement.ts';
import type { OptionKind } from './option-kind.ts';

/** Go's strconv.ParseBool. */
const words: Readonly<Record<string, boolean>> = {
  ...{ '1': true, t: true, T: true, true: true, TRUE: true, True: true },
  ...{ '0': false, f: false, F: false, false: false, FALSE: false, False: false },
};

/** Kinds of options. */
export const optionKinds = {
  flag: { wanted: '"true" or "false"', accepts: (value) => Object.hasOwn(words, value) },
  mtu: {
    wanted: 'a number of bytes',
    accepts: (value) => /^[0-9]{1,5}$/.test(value) && Number(value) <= 65_535,
  },
  text: { wanted: 'a text', accepts: () => true },
} as const satisfies Record<string, OptionKind>;

/** One of some words. */
export function oneOf(...accepted: readonly string[]): OptionKind {
  const shown = accepted.map((word) => `"${word}"`).join(', ');
  return { wanted: `one of ${shown}`, accepts: (value) => accepted.includes(value) };
}

/** A text of a certain form. */
export function textLike(wanted: string, accepts: (value: string) => boolean): OptionKind {
  return { wanted, accepts };
}

/** The options of a driver, by their names. */
export type OptionTable = Readonly<Record<string, OptionKind>>;

/** Docker's name of the option. */
export const mtuKey = 'com.docker.network.driver.mtu';

/** Options that the networks of every driver with interfaces have. */
export const commonOptions: OptionTable = {
  [mtuKey]: optionKinds.mtu,
  'com.docker.network.container_iface_prefix': textLike('the beginning of a name', isInterfaceName),
  'com.docker.network.enable_ipv4': optionKinds.flag,
  'com.docker.network.enable_ipv6': optionKinds.flag,
  ...advertisementOptions,
};

/** Whether the kernel takes a text as the name of an interface (dev_valid_name in net/core/dev.c). */
export function isInterfaceName(text: string): boolean {
  return /^[^\s/:%]{1,15}$/.test(text) && text !== '.' && text !== '..';
}

/** @throws NETWORK_OPTION_INVALID one is unknown, or has no sensible value */
export function verifyOptions({ driver, options }: NetworkRecord, table: OptionTable): void {
  for (const [key, value] of Object.entries(options)) {
    const kind = Object.hasOwn(table, key) ? table[key] : undefined;
    if (kind?.accepts(value) === true) continue;
    throw new BerthError('NETWORK_OPTION_INVALID', {
      message:
        kind === undefined
          ? `the network driver "${driver}" has no option "${key}"`
          : (kind.says?.(key, value) ??
            `failed to parse ${key} value: ${value} (wanted ${kind.wanted})`),
      remedy:
        kind === undefined
          ? `Its options are: ${Object.keys(table).join(', ')}.`
          : `Give ${kind.wanted}.`,
      details: { driver, option: key, value },
    });
  }
}

/** The value of a yes-or-no option that was looked at before. */
export function flagOption({ options }: NetworkRecord, key: string, fallback: boolean): boolean {
  const value = options[key];
  return value === undefined ? fallback : (words[value] ?? fallback);
}

/** The MTU of a network, in bytes; `undefined`: the kernel's choice. */
export function mtuOption({ options }: NetworkRecord): number | undefined {
  const value = Number(options[mtuKey] ?? '0');
  return value > 0 ? value : undefined;
}
