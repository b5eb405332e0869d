import { type IpAddress, parseAddress } from '../address/ip-address.ts';
import {
  type ContainerPort,
  invalidSpec,
  parseContainerPort,
  parseHostPorts,
  type PortRange,
} from './port-spec.ts';

/** What a container says of ports, in the fields of the Docker Engine API 1.51. */
export interface PortConfig {
  /** `HostConfig.PortBindings`. */
  readonly bindings: Readonly<
    Record<
      string,
      readonly { readonly HostIp: string; readonly HostPort: string }[] | null | undefined
    >
  > | null;
  /** Keys of `Config.ExposedPorts`. */
  readonly exposed: readonly string[];
  /** `HostConfig.PublishAllPorts`. */
  readonly publishAll: boolean;
}

/** A port of a container that is to be reached through the host. */
export interface PortWish extends ContainerPort {
  /** Of the host; absent: the default, usually all. */
  readonly hostAddress: IpAddress | undefined;
  /** One of these; absent: any. */
  readonly hostPorts: PortRange | undefined;
}

/**
 * What is to be published: each binding, and with `publishAll` each exposed port that has none. An exposed port with an empty list
 * of bindings is published at any port of the host, as in Docker (`SortPortMap` of go-connections adds an empty one).
 *
 * For the verification at create, too, where nothing else is done with the result.
 * @throws PORT_SPEC_INVALID in Docker's words; an address that is none, which Docker takes for all, is refused as by its command line
 */
export function portWishes({ bindings, exposed, publishAll }: PortConfig): readonly PortWish[] {
  const wishes: PortWish[] = [];
  const bound = new Set<string>();
  for (const [key, list] of Object.entries(bindings ?? {})) {
    const port = parseContainerPort(key);
    for (const { HostIp, HostPort } of list ?? []) {
      bound.add(portKey(port));
      wishes.push({
        ...port,
        hostAddress: parseHostAddress(HostIp),
        hostPorts: parseHostPorts(HostPort),
      });
    }
  }
  const listed = new Set(
    Object.keys(bindings ?? {}).map((key) => portKey(parseContainerPort(key))),
  );
  const free = publishAll
    ? exposedPorts({ bindings, exposed })
    : exposedPorts({ bindings: null, exposed }).filter((port) => listed.has(portKey(port)));
  for (const port of free.filter((one) => !bound.has(portKey(one))))
    wishes.push({ ...port, hostAddress: undefined, hostPorts: undefined });
  return wishes;
}

/**
 * The ports that a container offers: the exposed ones, and those with bindings, each once. What an image exposes and is no port is
 * left out, as an image cannot be corrected by who runs it.
 * @throws PORT_SPEC_INVALID a key of `bindings`
 */
export function exposedPorts({
  bindings,
  exposed,
}: Pick<PortConfig, 'bindings' | 'exposed'>): readonly ContainerPort[] {
  const offered = [
    ...exposed.flatMap((key) => {
      try {
        return [parseContainerPort(key)];
      } catch {
        return [];
      }
    }),
    ...Object.keys(bindings ?? {}).map(parseContainerPort),
  ];
  return [...new Map(offered.map((port) => [portKey(port), port])).values()];
}

/** `80/tcp`. */
export function portKey({ port, protocol }: ContainerPort): string {
  return `${port}/${protocol}`;
}

/** An address of IPv4 that is written as one of IPv6 (RFC 4291, section 2.5.5.2) is one of IPv4, as in Docker. */
function parseHostAddress(text: string): IpAddress | undefined {
  if (text === '') return undefined;
  const address = parseAddress(text);
  if (address === undefined) throw invalidSpec(`invalid IP address: ${text}`, text);
  const isMapped = address.family === 6 && address.value >> 32n === 0xffffn;
  return isMapped ? { family: 4, value: address.value & 0xffffffffn } : address;
}
