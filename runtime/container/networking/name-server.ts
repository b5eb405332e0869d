import type { ContainerRecord } from '../model/container-record.ts';
import { isUserDefined, networkKind, wishedNetworks } from '../model/network-mode.ts';
import type { ContainerPorts } from '../ports.ts';
import { readResolvConfSource } from '../spec/read-resolv-conf.ts';
import { planResolvConf, type ResolvConfPlan } from '../spec/resolv-conf.ts';

/**
 * How a container's resolver finds names: in networks that somebody has made by berth's name server, on the default bridge by the
 * host's servers, as far as they can be reached from there. `undefined`: as the host does.
 * @param names of the networks; absent: those that it is to be connected to
 */
export async function nameServer(
  ports: Pick<ContainerPorts, 'networks' | 'defaults' | 'host'>,
  record: ContainerRecord,
  names: readonly string[] = Object.keys(wishedNetworks(record, ports.networks.defaultName)),
): Promise<ResolvConfPlan | undefined> {
  if (networkKind(record.hostConfig) !== 'own' || names.every((name) => name === 'none'))
    return undefined;
  const { defaults, host, networks } = ports;
  const { Dns, DnsSearch, DnsOptions } = record.hostConfig;
  const source = await readResolvConfSource(defaults.resolvConfPath ?? host.resolvConfPath);
  const overrides = {
    nameservers: own(Dns, defaults.dns),
    search: own(DnsSearch, defaults.dnsSearch),
    options: own(DnsOptions, defaults.dnsOptions),
  };
  if (names.some(isUserDefined))
    return planResolvConf(source, overrides, { kind: 'internal-server' });
  const hasIpv6 = names.some((name) => networks.findIfThere(name)?.record.ipv6 === true);
  return planResolvConf(source, overrides, { kind: 'bridge', hasIpv6 });
}

function own(
  asked: readonly string[] | null,
  fallback: readonly string[] | undefined,
): readonly string[] {
  return asked !== null && asked.length > 0 ? asked : (fallback ?? []);
}
