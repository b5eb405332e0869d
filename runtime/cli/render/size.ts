const decimalUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

interface Scale {
  readonly base: number;
  readonly units: readonly string[];
  readonly digits: number;
}

function scaled(bytes: number, { base, units, digits }: Scale): string {
  let value = bytes;
  let unit = 0;
  while (value >= base && unit < units.length - 1) {
    value /= base;
    unit += 1;
  }
  return `${Number(value.toPrecision(digits))}${units[unit] ?? ''}`;
}

/** A size in powers of 1000 with three digits, as in `docker images`: `1.98MB`. */
export function humanSize(bytes: number): string {
  return scaled(bytes, { base: 1000, units: decimalUnits, digits: 3 });
}

/** The same with four digits, where docker's JSON has them. */
export function preciseSize(bytes: number): string {
  return scaled(bytes, { base: 1000, units: decimalUnits, digits: 4 });
}

/** A size in powers of 1024 with four digits, as in `docker info`: `23.54GiB`. */
export function binarySize(bytes: number): string {
  return scaled(bytes, { base: 1024, units: binaryUnits, digits: 4 });
}
