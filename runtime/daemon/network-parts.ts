import { join } from 'node:path';
import { engineId } from '../api/system/system-info.ts';
import type { NetworkConfig } from '../config/network-config.ts';
import type { IpPrefix } from '../network/address/ip-prefix.ts';
import { claimRules } from '../network/firewall/claim-rules.ts';
import { hostFirewall } from '../network/firewall/host-firewall.ts';
import { listAddresses, parseInterfaceAddress } from '../network/netlink/addresses.ts';
import { listLinks, parseLink } from '../network/netlink/links.ts';
import { decodeMessages, itemsOf } from '../network/netlink/message.ts';
import { NetlinkSocket } from '../network/netlink/netlink-socket.ts';
import type { NetworkPorts } from '../network/network-ports.ts';
import type { Launcher } from '../syscall/launcher.ts';
import { ProgramBuilder } from '../syscall/program-builder.ts';
import { networkSettings } from './network-settings.ts';

/** What a configuration means for the networks of this host. @throws DAEMON_CONFIG_INVALID */
export async function networkParts(
  config: NetworkConfig,
  {
    launcher,
    dataRoot,
    runRoot,
    ...told
  }: Pick<NetworkPorts, 'report' | 'notice'> & {
    readonly launcher: Launcher;
    readonly dataRoot: string;
    readonly runRoot: string;
  },
): Promise<Pick<NetworkPorts, 'settings' | 'firewall'>> {
  const { bridge, firewall, directRouting, forwarding, forwardWithoutDrop } = config;
  const { report, notice } = told;
  const bridgeAddresses =
    bridge.kind === 'existing' ? await addressesAt(launcher, bridge.name) : [];
  const managed = (isManaged: boolean): 'managed' | 'left-alone' =>
    isManaged ? 'managed' : 'left-alone';
  return {
    settings: networkSettings(config, { engineId: await engineId(dataRoot), bridgeAddresses }),
    firewall: hostFirewall({
      ...{ launcher, report, firewalld: 'asked', claim: () => claimRules(launcher) },
      forwarding: {
        ...{ runner: launcher, notice, ipForward: forwarding ? 'on' : 'left-alone' },
        file: join(runRoot, 'networks', 'forwarding'),
      },
      othersForwarding: forwardWithoutDrop ? 'left-alone' : 'dropped',
      families: { 4: managed(firewall.ipv4), 6: managed(firewall.ipv6) },
      directAccess: directRouting ? 'open' : 'protected',
    }),
  };
}

/** The addresses of an interface; none when there is none of that name. */
async function addressesAt(launcher: Launcher, name: string): Promise<readonly IpPrefix[]> {
  const read = async (request: typeof listLinks): Promise<ReturnType<typeof itemsOf>> => {
    const p = new ProgramBuilder('look at the bridge of daemon.json');
    NetlinkSocket.open(p).list(request);
    return itemsOf([...decodeMessages((await launcher.run(p)).data)]);
  };
  const link = (await read(listLinks)).map(parseLink).find((each) => each.name === name);
  const addresses = (await read(listAddresses)).map(parseInterfaceAddress);
  return addresses.flatMap((each) =>
    each !== undefined && each.index === link?.index ? [each.prefix] : [],
  );
}
