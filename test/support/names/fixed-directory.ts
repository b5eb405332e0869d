import {
  formatAddress,
  type IpAddress,
  parseAddress,
} from '../../../runtime/network/address/ip-address.ts';
import type { NameAnswer, NameDirectory } from '../../../runtime/network/names/name-directory.ts';

/** A directory with the names that a test gives it, the same for every container. */
export class FixedDirectory implements NameDirectory {
  generation = 1;
  #names: Readonly<Record<string, readonly string[]>>;

  constructor(names: Readonly<Record<string, readonly string[]>>) {
    this.#names = names;
  }

  change(names: Readonly<Record<string, readonly string[]>>): void {
    this.#names = names;
    this.generation += 1;
  }

  lookup(_sandbox: string, name: string, family: 4 | 6): NameAnswer {
    const all = (this.#names[name] ?? this.#names[name.replace(/\.mynet$/, '')])?.map(parsed);
    if (all === undefined) return { kind: 'unknown' };
    const addresses = all.filter((address) => address.family === family);
    return addresses.length === 0
      ? { kind: 'no-address-of-that-family' }
      : { kind: 'addresses', addresses };
  }

  reverse(_sandbox: string, address: IpAddress): string | undefined {
    const text = formatAddress(address);
    const [name] =
      Object.entries(this.#names).find(([, addresses]) => addresses.includes(text)) ?? [];
    return name === undefined ? undefined : `${name}.mynet`;
  }
}

function parsed(text: string): IpAddress {
  const address = parseAddress(text);
  if (address === undefined) throw new TypeError(text);
  return address;
}
