import { familyBits, type IpAddress } from './ip-address.ts';
import { contains, firstOf, type IpPrefix, lastOf } from './ip-prefix.ts';

/** What came of asking for a certain address. */
export type Claim = 'claimed' | 'in-use' | 'outside';

/**
 * The addresses of one subnet: which of them are in use. It is in memory only; the records of networks and containers say
 * whose they are, and are claimed anew when berthd starts.
 */
export class AddressRange {
  readonly #subnet: IpPrefix;
  readonly #first: bigint;
  readonly #last: bigint;
  readonly #used = new Set<bigint>();
  /** No address below it is free. */
  #lowest: bigint;

  /**
   * @param range the part of the subnet that addresses are chosen from (`IPRange`); others can be claimed. Absent: all.
   */
  constructor(subnet: IpPrefix, range: IpPrefix = subnet) {
    this.#subnet = subnet;
    const [first, last] = usable(subnet);
    this.#first = max(first, firstOf(range));
    this.#last = min(last, lastOf(range));
    this.#lowest = this.#first;
  }

  /** Takes the lowest free address; `undefined` when there is none. */
  take(): IpAddress | undefined {
    for (let value = this.#lowest; value <= this.#last; value += 1n) {
      if (this.#used.has(value)) continue;
      this.#used.add(value);
      this.#lowest = value + 1n;
      return { family: this.#subnet.address.family, value };
    }
    this.#lowest = this.#last + 1n;
    return undefined;
  }

  /** Takes a certain address of the subnet. */
  claim(address: IpAddress): Claim {
    const [first, last] = usable(this.#subnet);
    const isInside = contains(this.#subnet, address);
    if (!isInside || address.value < first || address.value > last) return 'outside';
    if (this.#used.has(address.value)) return 'in-use';
    this.#used.add(address.value);
    return 'claimed';
  }

  /** Gives an address back; nothing is done for one that is free. */
  release({ value }: IpAddress): void {
    if (!this.#used.delete(value)) return;
    if (value >= this.#first && value <= this.#last) this.#lowest = min(this.#lowest, value);
  }
}

/**
 * First and last address that an interface may have. The first of a subnet names it, or is every router's of it (RFC 4291,
 * section 2.6.1); the last of IPv4 is the broadcast address; of two addresses both are used (RFC 3021, RFC 6164).
 */
function usable(subnet: IpPrefix): readonly [bigint, bigint] {
  const { family } = subnet.address;
  const [first, last] = [firstOf(subnet), lastOf(subnet)];
  if (familyBits[family] - subnet.length <= 1) return [first, last];
  return [first + 1n, family === 4 ? last - 1n : last];
}

function max(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}

function min(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}
