import type { Family } from './family-rules.ts';
import type { FirewallNetwork } from './firewall.ts';

/** A setting of the kernel, and what it is. */
export interface Sysctl {
  /** Below /proc/sys: `net/ipv4/ip_forward`. */
  readonly key: string;
  readonly value: string;
}

/** What switches forwarding on between all interfaces, below /proc/sys. */
export const switches = {
  4: 'net/ipv4/ip_forward',
  6: 'net/ipv6/conf/all/forwarding',
} as const satisfies Readonly<Record<Family, string>>;

/** What there is on the host. */
export interface ForwardingState {
  /** `net/ipv4/ip_forward`; `undefined` where there is none. */
  readonly ipv4: string | undefined;
  /** `net/ipv6/conf/all/forwarding`; `undefined` for a kernel without IPv6. */
  readonly ipv6: string | undefined;
  /** Interfaces that take routes from router advertisements, and their `accept_ra`. */
  readonly learning: readonly { readonly name: string; readonly acceptRa: string }[];
}

/**
 * What the kernel has to be told so that packets go between bridges and the host's other interfaces: for each protocol only once
 * a network has it and leaves its bridge. Nothing where daemon.json says `ip-forward: false`, and nothing that is so already. In
 * this order: an interface that learns its routes would lose them with forwarding, unless `accept_ra` is 2
 * (Documentation/networking/ip-sysctl.rst).
 */
export function forwardingPlan(
  networks: readonly Pick<FirewallNetwork, 'subnets' | 'access'>[],
  { ipForward, now }: { readonly ipForward: 'on' | 'left-alone'; readonly now: ForwardingState },
): readonly Sysctl[] {
  if (ipForward === 'left-alone') return [];
  const families = new Set(
    networks
      .filter(({ access }) => access === 'open')
      .flatMap(({ subnets }) => subnets.map(({ address }) => address.family)),
  );
  const [on4, on6] = [families.has(4) && now.ipv4 === '0', families.has(6) && now.ipv6 === '0'];
  const learning = on6 ? now.learning.filter(({ acceptRa }) => acceptRa === '1') : [];
  return [
    ...(on4 ? [{ key: switches[4], value: '1' }] : []),
    ...learning.map(({ name }) => ({ key: `net/ipv6/conf/${name}/accept_ra`, value: '2' })),
    ...(on6 ? [{ key: switches[6], value: '1' }] : []),
  ];
}

/** RTF_ADDRCONF of include/uapi/linux/ipv6_route.h: learned from a router advertisement. */
const learnedFlag = 0x40000;

/**
 * Finds out what there is.
 * @param read gives the text of a file of /proc, in the network namespace that is meant; `undefined` when there is none
 */
export async function readForwarding(
  read: (path: string) => Promise<string | undefined>,
): Promise<ForwardingState> {
  const setting = async (key: string): Promise<string | undefined> =>
    (await read(`/proc/sys/${key}`))?.trim();
  const routes = (await read('/proc/net/ipv6_route')) ?? '';
  const learning = await Promise.all(
    learningInterfaces(routes).map(async (name) => ({
      name,
      acceptRa: (await setting(`net/ipv6/conf/${name}/accept_ra`)) ?? '0',
    })),
  );
  return {
    ipv4: await setting(switches[4]),
    ipv6: await setting(switches[6]),
    learning,
  };
}

/** Those that have a default route of a router advertisement, in the lines of /proc/net/ipv6_route (proc_net(5)). */
function learningInterfaces(routes: string): readonly string[] {
  const names = routes.split('\n').flatMap((line) => {
    const [destination = '', length, , , , , , , flags = '0', name] = line.trim().split(/\s+/);
    const isDefault = /^0{32}$/.test(destination) && length === '00';
    const isLearned = (Number.parseInt(flags, 16) & learnedFlag) !== 0;
    return isDefault && isLearned && name !== undefined ? [name] : [];
  });
  return [...new Set(names)];
}
