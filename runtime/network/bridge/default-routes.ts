import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref } from '../../syscall/program.ts';
import type { IpAddress } from '../address/ip-address.ts';
import { type IpPrefix, parsePrefix } from '../address/ip-prefix.ts';
import { getLink } from '../netlink/links.ts';
import type { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { deleteRoute, replaceRoute, routeIndexAt } from '../netlink/routes.ts';

/** Where a container sends what is for nobody near it. */
export interface DefaultRoute {
  /** Name of the interface. */
  readonly name: string;
  /** Its index, where it is known. */
  readonly index?: Ref | undefined;
  /** A router, or only a family: everything is at the interface itself. */
  readonly to: IpAddress | { readonly family: 4 | 6 };
}

/** Adds steps that make a default route the only one of its family. */
export function setDefaultRoute(container: NetlinkSocket, { name, index, to }: DefaultRoute): void {
  const value = index ?? container.indexOf(getLink({ name }));
  const blanks = [{ at: routeIndexAt, value }];
  const gateway = 'value' in to ? to : undefined;
  container.do(replaceRoute({ destination: everywhere[to.family], gateway, index: 0 }), { blanks });
}

/** Adds the step that removes the default route of a family at an interface; fine when there is none. */
export function removeDefaultRoute(container: NetlinkSocket, { name, to }: DefaultRoute): void {
  const blanks = [{ at: routeIndexAt, value: container.indexOf(getLink({ name })) }];
  const gateway = 'value' in to ? to : undefined;
  const unless = [errnoNumber('ESRCH')];
  container.do(deleteRoute({ destination: everywhere[to.family], gateway, index: 0 }), {
    ...{ blanks, unless },
  });
}

const everywhere = { 4: allOf('0.0.0.0/0'), 6: allOf('::/0') } as const;

function allOf(text: string): IpPrefix {
  const prefix = parsePrefix(text);
  if (prefix === undefined) throw new TypeError(text);
  return prefix;
}
