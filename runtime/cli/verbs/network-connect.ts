import { Option } from 'commander';
import { segment } from '../client/client.ts';
import { collect } from '../collect.ts';
import { nameValues } from '../create/name-values.ts';
import { parseInteger } from '../create/sizes.ts';
import { defineVerb } from '../verb.ts';

interface NetworkConnectOptions {
  readonly alias?: readonly string[];
  readonly driverOpt?: readonly string[];
  readonly gwPriority?: string;
  readonly ip?: string;
  readonly ip6?: string;
  readonly link?: readonly string[];
  readonly linkLocalIp?: readonly string[];
}

const several = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(collect);

/** `berth network connect`: connects a container to one more network. */
export const networkConnect = defineVerb<NetworkConnectOptions>({
  define: (command) => {
    command
      .argument('<network>', 'network')
      .argument('<container>', 'container')
      .addOption(several('--alias <name>', 'one more name in the network'))
      .addOption(several('--driver-opt <name=value>', 'option of the driver'))
      .option('--gw-priority <number>', 'the network with the highest leads out')
      .option('--ip <address>', 'IPv4 address in the network')
      .option('--ip6 <address>', 'IPv6 address in the network')
      .addOption(several('--link <container[:alias]>', 'name of another container'))
      .addOption(several('--link-local-ip <address>', 'link-local address'));
  },
  run: async ({ client, args: [network = '', container = ''], options }) => {
    const body = { Container: container, EndpointConfig: endpointConfig(options) };
    await client.text({ method: 'POST', path: `/networks/${segment(network)}/connect`, body });
    return 0;
  },
});

/** `EndpointSettings`. @throws OPTION_INVALID */
function endpointConfig(options: NetworkConnectOptions): object {
  const { alias, driverOpt, gwPriority, ip, ip6, link, linkLocalIp } = options;
  return {
    IPAMConfig: {
      ...(ip === undefined ? {} : { IPv4Address: ip }),
      ...(ip6 === undefined ? {} : { IPv6Address: ip6 }),
      ...(linkLocalIp === undefined ? {} : { LinkLocalIPs: linkLocalIp }),
    },
    ...(link === undefined ? {} : { Links: link }),
    ...(alias === undefined ? {} : { Aliases: alias }),
    ...(driverOpt === undefined ? {} : { DriverOpts: nameValues('--driver-opt', driverOpt) }),
    ...(gwPriority === undefined ? {} : { GwPriority: parseInteger('--gw-priority', gwPriority) }),
  };
}
