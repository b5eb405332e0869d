import { optionError } from './option-error.ts';

const shifts: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/**
 * Bytes of a size such as `512m`, `1.5GiB` or `1048576`, in powers of 1024, as Docker reads them.
 *
 * @throws OPTION_INVALID
 */
export function parseBytes(option: string, value: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(value);
  const shift = shifts[match?.[2]?.toLowerCase() ?? '?'];
  if (match === null || shift === undefined) {
    throw optionError(option, value, {
      wanted: 'a number with an optional unit of b, k, m or g',
      example: '512m',
    });
  }
  return Math.floor(Number(match[1]) * 1024 ** shift);
}

/**
 * Processors in billionths (`NanoCpus`), of a decimal number such as `1.5`.
 *
 * @throws OPTION_INVALID
 */
export function parseCpus(value: string): number {
  if (!/^(\d+(\.\d+)?|\.\d+)$/.test(value)) {
    throw optionError('--cpus', value, { wanted: 'a number of processors', example: '1.5' });
  }
  return Math.round(Number(value) * 1e9);
}

/**
 * A whole number.
 *
 * @throws OPTION_INVALID
 */
export function parseInteger(option: string, value: string): number {
  if (!/^-?\d+$/.test(value))
    throw optionError(option, value, { wanted: 'a whole number', example: '100' });
  return Number(value);
}
