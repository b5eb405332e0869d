import { BerthError } from '../../errors/berth-error.ts';
import { AddressRange } from '../address/address-range.ts';
import { formatAddress, type IpAddress, parseAddress } from '../address/ip-address.ts';
import { contains, type IpPrefix, parsePrefix } from '../address/ip-prefix.ts';
import type { NetworkRecord, SubnetRecord } from '../model/network-record.ts';

/** A subnet with the addresses of it that are in use. */
interface Subnet {
  readonly prefix: IpPrefix;
  readonly range: AddressRange;
}

/**
 * The addresses of one network. What is in use is in memory only: sandboxes say whose addresses are whose, and are claimed anew
 * when berthd starts.
 */
export class NetworkAddresses {
  readonly #network: NetworkRecord;
  readonly #subnets: readonly Subnet[];

  constructor(network: NetworkRecord) {
    this.#network = network;
    this.#subnets = network.subnets.map((record) => subnetOf(record));
  }

  /**
   * Takes an address.
   * @param wanted a certain one; absent: the lowest that is free
   * @throws NETWORK_ADDRESS_IN_USE, NETWORK_ADDRESS_OUTSIDE, NETWORK_ADDRESSES_USED_UP
   */
  take(family: 4 | 6, wanted?: IpAddress): IpPrefix {
    const subnets = this.#subnets.filter(({ prefix }) => prefix.address.family === family);
    if (wanted !== undefined) return this.#takeCertain(subnets, wanted);
    for (const { prefix, range } of subnets) {
      const address = range.take();
      if (address !== undefined) return { address, length: prefix.length };
    }
    const { name, id } = this.#network;
    throw new BerthError('NETWORK_ADDRESSES_USED_UP', {
      message: `no available IPv${family} addresses on this network's address pools: ${name} (${id})`,
      remedy: 'Remove containers that are not needed, or make a network with a larger subnet.',
      details: { network: name },
    });
  }

  /** Takes an address that somebody has, wherever it is from. */
  claim(address: IpAddress): void {
    this.#subnets.find(({ prefix }) => contains(prefix, address))?.range.claim(address);
  }

  /** Gives an address back; fine when it is nobody's. */
  release(address: IpAddress): void {
    this.#subnets.find(({ prefix }) => contains(prefix, address))?.range.release(address);
  }

  #takeCertain(subnets: readonly Subnet[], wanted: IpAddress): IpPrefix {
    const text = formatAddress(wanted);
    const details = { network: this.#network.name, address: text };
    const subnet = subnets.find(({ prefix }) => contains(prefix, wanted));
    const claim = subnet?.range.claim(wanted) ?? 'outside';
    if (subnet !== undefined && claim === 'claimed')
      return { address: wanted, length: subnet.prefix.length };
    if (claim === 'in-use')
      throw new BerthError('NETWORK_ADDRESS_IN_USE', {
        message: 'Address already in use',
        remedy: `Ask for another address than "${text}", or remove the container that has it.`,
        details,
      });
    throw new BerthError('NETWORK_ADDRESS_OUTSIDE', {
      message: 'requested address is out of range',
      remedy: `Ask for an address of one of the subnets of "${this.#network.name}".`,
      details,
    });
  }
}

/** What the network itself has is no container's. */
function subnetOf(record: SubnetRecord): Subnet {
  const prefix = requirePrefix(record.subnet);
  const range = new AddressRange(
    prefix,
    record.range === undefined ? prefix : requirePrefix(record.range),
  );
  const own = [
    ...(record.gateway === undefined ? [] : [record.gateway]),
    ...Object.values(record.auxiliary),
  ];
  for (const text of own) range.claim(requireAddress(text));
  return { prefix, range };
}

/** Of a text that was looked at before it was written into a record. */
export function requirePrefix(text: string): IpPrefix {
  const prefix = parsePrefix(text);
  if (prefix === undefined) throw new TypeError(`not a prefix: ${text}`);
  return prefix;
}

/** Of a text that was looked at before it was written into a record. */
export function requireAddress(text: string): IpAddress {
  const address = parseAddress(text);
  if (address === undefined) throw new TypeError(`not an address: ${text}`);
  return address;
}
