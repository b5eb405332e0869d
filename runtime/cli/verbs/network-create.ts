import { Option } from 'commander';
import { fieldsOf, textAt } from '../client/fields.ts';
import { collect } from '../collect.ts';
import { type IpamOptions, ipamConfig } from '../create/ipam.ts';
import { nameValues } from '../create/name-values.ts';
import { prettyJson } from '../formats.ts';
import { defineVerb } from '../verb.ts';

interface NetworkCreateOptions extends IpamOptions {
  readonly driver: string;
  readonly opt?: readonly string[];
  readonly label?: readonly string[];
  readonly ipv4?: 'true' | 'false' | true;
  readonly ipv6?: 'true' | 'false' | true;
  readonly internal?: true;
  readonly attachable?: true;
  readonly ingress?: true;
  readonly scope?: string;
  readonly configOnly?: true;
  readonly configFrom?: string;
  readonly ipamDriver: string;
  readonly ipamOpt?: readonly string[];
  readonly json?: true;
}

const several = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(collect);

/** Docker's client takes several at once, with commas between them. */
const list = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(
    (value: string, before: readonly string[] | undefined) => [
      ...(before ?? []),
      ...value.split(','),
    ],
  );

const choice = (flags: string, description: string): Option =>
  new Option(`${flags} [true|false]`, description).choices(['true', 'false']);

/** Declares {@link NetworkCreateOptions}. */
const options: readonly Option[] = [
  new Option('-d, --driver <driver>', 'what makes it').default('bridge'),
  several('-o, --opt <name=value>', 'option of the driver'),
  several('--label <name=value>', 'label'),
  list('--subnet <network>', 'its addresses, such as 172.28.0.0/16'),
  list('--ip-range <network>', 'the part of them that containers get'),
  list('--gateway <address>', "the host's address in it"),
  several('--aux-address <name=address>', 'address that no container gets'),
  choice('--ipv4', 'whether it has IPv4'),
  choice('--ipv6', 'whether it has IPv6'),
  new Option('--internal', 'nothing goes out of it, or comes in'),
  new Option('--attachable', 'containers may be connected to it one by one'),
  new Option('--config-only', 'it only lends its configuration to others'),
  new Option('--config-from <network>', 'the network whose configuration it takes'),
  new Option('--ipam-driver <driver>', 'what gives its addresses').default('default'),
  several('--ipam-opt <name=value>', 'option of what gives its addresses'),
  new Option('--ingress', 'the network of a swarm that takes connections in'),
  new Option('--scope <scope>', 'how far it reaches: local'),
  new Option('--json', "print the API's answer"),
];

/** `berth network create`: makes a network, and prints its id. */
export const networkCreate = defineVerb<NetworkCreateOptions>({
  define: (command) => {
    command.argument('<network>', 'its name');
    for (const option of options) command.addOption(option);
  },
  run: async ({ context, client, args: [name = ''], options: given }) => {
    const body = networkBody(name, given);
    const answer = await client.json({ method: 'POST', path: '/networks/create', body });
    const id = textAt(fieldsOf(answer, 'network'), 'Id');
    await context.console.output.write(given.json ? prettyJson(answer) : `${id}\n`);
    return 0;
  },
});

/** The body of `POST /networks/create`. @throws OPTION_INVALID */
export function networkBody(name: string, options: NetworkCreateOptions): object {
  const { ipv4, ipv6, configFrom, scope } = options;
  return {
    Name: name,
    // Engines before API 1.44 take two networks of one name otherwise.
    CheckDuplicate: true,
    Driver: options.driver,
    Scope: scope ?? '',
    ...(ipv4 === undefined ? {} : { EnableIPv4: ipv4 !== 'false' }),
    ...(ipv6 === undefined ? {} : { EnableIPv6: ipv6 !== 'false' }),
    IPAM: {
      Driver: options.ipamDriver,
      Options: nameValues('--ipam-opt', options.ipamOpt ?? []),
      Config: ipamConfig(options),
    },
    Internal: options.internal ?? false,
    Attachable: options.attachable ?? false,
    Ingress: options.ingress ?? false,
    ConfigOnly: options.configOnly ?? false,
    ConfigFrom: configFrom === undefined ? null : { Network: configFrom },
    Options: nameValues('--opt', options.opt ?? []),
    Labels: nameValues('--label', options.label ?? []),
  };
}
