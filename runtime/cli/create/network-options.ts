import { Option } from 'commander';
import { BerthError } from '../../errors/berth-error.ts';
import { collect } from '../collect.ts';
import { commaFields } from './comma-fields.ts';
import { optionError } from './option-error.ts';

/** What a container wants to be in its networks. */
export interface NetworkOptions {
  /** Absent: the one of containers that do not say. */
  readonly network?: readonly string[];
  readonly ip?: string;
  readonly ip6?: string;
  readonly linkLocalIp?: readonly string[];
  readonly macAddress?: string;
  readonly networkAlias?: readonly string[];
  readonly link?: readonly string[];
}

const several = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(collect);

/** Declares {@link NetworkOptions}, but for `--link`, which is a field of `HostConfig` as well. */
export const networkOptions: readonly Option[] = [
  several(
    '--network <network>',
    'a network, none (loopback only), host or container:name; or name=...,alias=...,ip=...',
  ),
  new Option('--ip <address>', 'IPv4 address in its network'),
  new Option('--ip6 <address>', 'IPv6 address in its network'),
  several('--link-local-ip <address>', 'link-local address'),
  new Option('--mac-address <address>', 'hardware address'),
  several('--network-alias <name>', 'one more name in its network'),
];

/** One network of a container. */
interface Attachment {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly linkLocal: readonly string[];
  readonly macAddress?: string;
  readonly driverOptions: Readonly<Record<string, string>>;
  readonly gatewayPriority: number;
  readonly links: readonly string[];
}

const plain: Omit<Attachment, 'name'> = {
  ...{ aliases: [], linkLocal: [], driverOptions: {}, gatewayPriority: 0, links: [] },
};

/** `HostConfig.NetworkMode`: the first of a container's networks. @throws OPTION_INVALID */
export function networkMode({ network }: NetworkOptions): string {
  const [first] = network ?? [];
  return first === undefined ? 'default' : parseNetwork(first).name;
}

/**
 * `NetworkingConfig`, when anything of the networks was asked for. The options of one network are those of the first.
 * @throws OPTION_INVALID
 */
export function networkingConfig(options: NetworkOptions): object | undefined {
  const asked = (options.network ?? ['default']).map(parseNetwork);
  const [first = { ...plain, name: 'default' }, ...others] = asked;
  const all = [withSingleOptions(first, options), ...others];
  refuseTogether(all.map(({ name }) => name));
  const endpoints = all.map((one) => [one.name, endpointOf(one)] as const);
  const [only] = endpoints;
  if (endpoints.length === 1 && only !== undefined && Object.keys(only[1]).length === 0)
    return undefined;
  return { EndpointsConfig: Object.fromEntries(endpoints) };
}

/** As docker: what has a `=` in it is the long form. */
function parseNetwork(value: string): Attachment {
  if (!/\w+=\w+/.test(value)) return { ...plain, name: value };
  const fields = commaFields(value)?.map((field) => /^\s*([^=\s]+)\s*=(.*)$/.exec(field));
  let attachment: Attachment = { ...plain, name: '' };
  for (const field of fields ?? [null]) {
    const changed =
      field === null
        ? undefined
        : withField(attachment, (field[1] ?? '').toLowerCase(), (field[2] ?? '').trim());
    if (changed === undefined) throw wrong(value);
    attachment = changed;
  }
  if (attachment.name === '') throw wrong(value);
  return attachment;
}

function wrong(value: string): BerthError {
  return optionError('--network', value, {
    wanted: 'a name, or name=NETWORK with alias=, ip=, ip6=, mac-address=, driver-opt=...',
    example: 'name=web,alias=db,ip=172.28.0.5',
  });
}

function withField(before: Attachment, key: string, value: string): Attachment | undefined {
  switch (key) {
    case 'name':
      return { ...before, name: value };
    case 'alias':
      return { ...before, aliases: [...before.aliases, value] };
    case 'ip':
      return { ...before, ipv4: value };
    case 'ip6':
      return { ...before, ipv6: value };
    case 'mac-address':
      return { ...before, macAddress: value };
    case 'link-local-ip':
      return { ...before, linkLocal: [...before.linkLocal, value] };
    case 'driver-opt': {
      const [, name, option] = /^([^=]+)=(.*)$/.exec(value) ?? [];
      if (name === undefined || option === undefined) return undefined;
      return { ...before, driverOptions: { ...before.driverOptions, [name]: option } };
    }
    case 'gw-priority':
      return /^[+-]?\d{1,9}$/.test(value)
        ? { ...before, gatewayPriority: Number(value) }
        : undefined;
    default:
      return undefined;
  }
}

/** @throws OPTION_INVALID one thing is said twice */
function withSingleOptions(first: Attachment, options: NetworkOptions): Attachment {
  const { ip, ip6, linkLocalIp = [], macAddress, networkAlias = [], link = [] } = options;
  const twice = [
    [networkAlias.length > 0 && first.aliases.length > 0, '--network-alias', 'alias'],
    [ip !== undefined && first.ipv4 !== undefined, '--ip', 'IPv4 address'],
    [ip6 !== undefined && first.ipv6 !== undefined, '--ip6', 'IPv6 address'],
    [macAddress !== undefined && first.macAddress !== undefined, '--mac-address', 'MAC address'],
    [
      linkLocalIp.length > 0 && first.linkLocal.length > 0,
      '--link-local-ip',
      'link-local IP addresses',
    ],
  ] as const;
  const conflict = twice.find(([isSo]) => isSo);
  if (conflict !== undefined)
    throw conflicting(`cannot specify both ${conflict[1]} and per-network ${conflict[2]}`);
  return {
    ...first,
    ...(networkAlias.length > 0 ? { aliases: networkAlias } : {}),
    ...(linkLocalIp.length > 0 ? { linkLocal: linkLocalIp } : {}),
    ...(ip === undefined ? {} : { ipv4: ip }),
    ...(ip6 === undefined ? {} : { ipv6: ip6 }),
    ...(macAddress === undefined ? {} : { macAddress }),
    // Elsewhere a link is of the container, not of one of its networks.
    ...(isUserDefined(first.name) ? { links: link } : {}),
  };
}

function refuseTogether(names: readonly string[]): void {
  const again = names.find((name, at) => names.indexOf(name) !== at);
  if (again !== undefined) throw conflicting(`network "${again}" is specified multiple times`);
  if (names.some(isUserDefined) && !names.every(isUserDefined))
    throw conflicting('cannot attach both user-defined and non-user-defined network-modes');
}

function isUserDefined(name: string): boolean {
  return (
    !['default', 'bridge', 'host', 'none'].includes(name) &&
    name !== 'container' &&
    !name.startsWith('container:')
  );
}

/** `EndpointSettings`, with what was asked for. */
function endpointOf(one: Attachment): object {
  const addresses = {
    ...(one.ipv4 === undefined ? {} : { IPv4Address: one.ipv4 }),
    ...(one.ipv6 === undefined ? {} : { IPv6Address: one.ipv6 }),
    ...(one.linkLocal.length === 0 ? {} : { LinkLocalIPs: one.linkLocal }),
  };
  return {
    ...(Object.keys(addresses).length === 0 ? {} : { IPAMConfig: addresses }),
    ...(one.macAddress === undefined ? {} : { MacAddress: one.macAddress }),
    ...(one.aliases.length === 0 ? {} : { Aliases: one.aliases }),
    ...(one.links.length === 0 ? {} : { Links: one.links }),
    ...(Object.keys(one.driverOptions).length === 0 ? {} : { DriverOpts: one.driverOptions }),
    ...(one.gatewayPriority === 0 ? {} : { GwPriority: one.gatewayPriority }),
  };
}

function conflicting(why: string): BerthError {
  return new BerthError('OPTION_INVALID', {
    message: `conflicting options: ${why}`,
    remedy: 'Leave out one of them.',
  });
}
