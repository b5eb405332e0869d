import type { IpAddress } from '../address/ip-address.ts';

/** What the directory knows of a name. */
export type NameAnswer =
  /** In the order in which they were given; at least one. */
  | { readonly kind: 'addresses'; readonly addresses: readonly IpAddress[] }
  /** The name is known, with addresses of the other family only: nobody else is to be asked. */
  | { readonly kind: 'no-address-of-that-family' }
  | { readonly kind: 'unknown' };

/** Who knows the names of containers; the networks service. */
export interface NameDirectory {
  /** Another number whenever an answer may have changed: what was answered before is forgotten then. */
  readonly generation: number;
  /**
   * Looks a name up as one container sees it: names and aliases in its networks, and `name.network`.
   * @param sandbox the container that asks
   * @param name in lower case, without a dot at its end
   */
  lookup(sandbox: string, name: string, family: 4 | 6): NameAnswer;
  /** The name of an address in one of the container's networks, such as `web.mynet`. */
  reverse(sandbox: string, address: IpAddress): string | undefined;
}
