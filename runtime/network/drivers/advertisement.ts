import type { NetworkRecord } from '../model/network-record.ts';
import type { OptionKind } from './option-kind.ts';

/** How often everybody near is told whose the addresses of a new interface are. */
export interface Advertisement {
  /** 0: nobody is told. */
  readonly count: number;
  /** Between two times, in milliseconds. */
  readonly intervalMs: number;
}

const keys = {
  count: 'com.docker.network.advertise_addr_nmsgs',
  interval: 'com.docker.network.advertise_addr_ms',
} as const;

/** Limits as moby has them (libnetwork/osl/interface_linux.go, v28.5.2), after RFC 5227 and RFC 4861. */
const limits = {
  count: { least: 0, most: 3, unsaid: 3 },
  interval: { least: 100, most: 2000, unsaid: 1000 },
} as const;

/** The options of it, which the networks of every driver with interfaces have. */
export const advertisementOptions: Readonly<Record<string, OptionKind>> = {
  [keys.count]: within(
    limits.count,
    (value) => `value for option ${keys.count} ${JSON.stringify(value)} must be an integer`,
  ),
  [keys.interval]: within(
    limits.interval,
    (value) =>
      `value for option ${keys.interval} ${JSON.stringify(value)} must be integer milliseconds`,
  ),
};

/** What a network says, whose options were looked at before. */
export function advertisementOf({ options }: Pick<NetworkRecord, 'options'>): Advertisement {
  return {
    count: integerIn(options[keys.count]) ?? limits.count.unsaid,
    intervalMs: integerIn(options[keys.interval]) ?? limits.interval.unsaid,
  };
}

/** A number between two. @param noNumber what moby says of what is no number */
function within(
  { least, most }: { readonly least: number; readonly most: number },
  noNumber: (value: string) => string,
): OptionKind {
  return {
    wanted: `a whole number from ${least} to ${most}`,
    accepts: (value) => {
      const number = integerIn(value);
      return number !== undefined && number >= least && number <= most;
    },
    says: (key, value) =>
      integerIn(value) === undefined
        ? noNumber(value)
        : `${key} must be in the range ${least} to ${most}`,
  };
}

/** As strconv.Atoi of Go reads it: what does not fit into 64 bits is no number either. */
function integerIn(text: string | undefined): number | undefined {
  if (text === undefined || !/^[+-]?[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, number) === number ? Number(number) : undefined;
}
