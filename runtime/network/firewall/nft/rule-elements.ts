import type { FirewallLink, FirewallNetwork, PublishedPort } from '../firewall.ts';
import {
  type Entrance,
  entranceOf,
  type Family,
  isTranslatedOutwards,
  subnetsOf,
} from '../family-rules.ts';
import { isTranslated } from '../known-rules.ts';
import type { Element, Part, Verdict } from './element.ts';

/** What decides about packets into a network. */
const entrances: Readonly<Record<Entrance, Verdict>> = {
  nat: { goto: 'protected' },
  'nat-unprotected': 'accept',
  routed: { goto: 'routed' },
  isolated: { goto: 'refused' },
};

/** The elements that a network is, of one protocol. */
export function networkElements(network: FirewallNetwork, family: Family): readonly Element[] {
  const { bridge, interContainer, trustedInterfaces, hostAddresses } = network;
  const own = { interface: bridge };
  const entrance = entranceOf(network, family);
  const hostAddress = hostAddresses[family];
  const between: Verdict = interContainer === 'open' ? 'accept' : { goto: 'closed' };
  const trusted = entrance === 'nat' ? trustedInterfaces : [];
  const translated = isTranslatedOutwards(network, family) ? subnetsOf(network, family) : [];
  return [
    { family, set: 'bridges', key: [own] },
    { family, set: 'within', key: [own, own], data: between },
    { family, set: 'into', key: [own], data: entrances[entrance] },
    ...(entrance === 'isolated' ? [{ family, set: 'internal', key: [own] }] : []),
    ...trusted.map((name) => ({ family, set: 'trusted', key: [{ interface: name }, own] })),
    ...translated.map((key) =>
      hostAddress === undefined
        ? { family, set: 'masqueraded', key }
        : { family, set: 'translated', key, data: [{ address: hostAddress }] },
    ),
  ];
}

/** The elements that a published port is. */
export function portElements(port: PublishedPort, network: FirewallNetwork): readonly Element[] {
  const { family } = port.containerAddress;
  if (entranceOf(network, family) === 'isolated') return [];
  const { hostAddress } = port;
  const protocol = { protocol: port.protocol };
  const inside: readonly Part[] = [
    { address: port.containerAddress },
    protocol,
    { port: port.containerPort },
  ];
  const open = { family, set: 'container-ports', key: inside };
  if (!isTranslated(port, network)) return [open];
  const data = [{ address: port.containerAddress }, { port: port.containerPort }];
  const anywhere = [protocol, { port: port.hostPort }];
  const there = [{ address: hostAddress }, ...anywhere];
  if (hostAddress.value === 0n)
    return [open, { family, set: 'ports-anywhere', key: anywhere, data }];
  const isLoopback = family === 4 && hostAddress.value >> 24n === 127n;
  return [
    open,
    { family, set: 'ports-at', key: there, data },
    ...(isLoopback ? [{ family, set: 'loopback-ports', key: there }] : []),
  ];
}

/** The element that a link is. */
export function linkElement({ from, to, protocol, port }: FirewallLink): Element {
  const key = [{ address: from }, { address: to }, { protocol }, { port }];
  return { family: from.family, set: 'links', key };
}
