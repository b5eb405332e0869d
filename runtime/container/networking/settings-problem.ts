import { BerthError } from '../../errors/berth-error.ts';
import { isIP } from '../../host/ip-address.ts';
import { contains } from '../../network/address/ip-prefix.ts';
import { parseMac } from '../../network/drivers/mac-address.ts';
import { requireAddress, requirePrefix } from '../../network/ipam/network-addresses.ts';
import type { NetworkRecord } from '../../network/model/network-record.ts';
import { sysctlsKey } from '../../network/sandboxes/endpoint-request.ts';
import { isUserDefined } from '../model/network-mode.ts';
import type { EndpointSettings } from '../model/networking-config.ts';

/**
 * Looks at what a container asks of a network; the words are Docker's (daemon/container_operations.go of moby 28.5).
 * @param network absent: nobody has made it so far
 * @throws ENDPOINT_SETTINGS_INVALID naming all that is wrong
 */
export function verifyEndpointSettings(
  name: string,
  settings: EndpointSettings,
  network: NetworkRecord | undefined,
): void {
  const { MacAddress } = settings;
  if (MacAddress !== '' && parseMac(MacAddress) === undefined)
    throw invalid(`invalid MAC address ${MacAddress}`);
  const problems = [
    ...predefinedProblems(name, settings),
    ...addressProblems(settings),
    ...(network === undefined ? [] : rangeProblems(settings, network)),
    ...sysctlProblems(settings),
  ];
  if (problems.length === 0) return;
  const list = problems.length === 1 ? (problems[0] ?? '') : `* ${problems.join('\n* ')}`;
  throw invalid(`invalid endpoint settings:\n${list}`);
}

function predefinedProblems(
  name: string,
  { IPAMConfig, Aliases }: EndpointSettings,
): readonly string[] {
  if (isUserDefined(name)) return [];
  const hasAddress = (IPAMConfig?.IPv4Address ?? '') + (IPAMConfig?.IPv6Address ?? '') !== '';
  return [
    ...(hasAddress ? ['user specified IP address is supported on user defined networks only'] : []),
    ...((Aliases ?? []).length > 0
      ? ['network-scoped alias is supported only for containers in user defined networks']
      : []),
  ];
}

const nowhere = ['0.0.0.0', '::'];

function addressProblems({ IPAMConfig }: EndpointSettings): readonly string[] {
  if (IPAMConfig === null) return [];
  const { IPv4Address, IPv6Address, LinkLocalIPs } = IPAMConfig;
  const isOne = (text: string, family: 4 | 6): boolean =>
    text === '' || (isIP(text) === family && !nowhere.includes(text));
  return [
    ...(isOne(IPv4Address, 4) ? [] : [`invalid IPv4 address: ${IPv4Address}`]),
    ...(isOne(IPv6Address, 6) ? [] : [`invalid IPv6 address: ${IPv6Address}`]),
    ...(LinkLocalIPs ?? [])
      .filter((text) => isIP(text) === 0 || nowhere.includes(text))
      .map((text) => `invalid link-local IP address: ${text}`),
  ];
}

function rangeProblems(
  { IPAMConfig }: EndpointSettings,
  { subnets }: NetworkRecord,
): readonly string[] {
  const asked = [IPAMConfig?.IPv4Address ?? '', IPAMConfig?.IPv6Address ?? ''];
  return asked.flatMap((text, at) => {
    const family = at === 0 ? 4 : 6;
    if (isIP(text) !== family) return [];
    const fixed = subnets.filter(
      ({ subnet, origin }) => origin === 'asked' && requirePrefix(subnet).address.family === family,
    );
    if (fixed.length === 0)
      return [
        'user specified IP address is supported only when connecting to networks with user configured subnets',
      ];
    const address = requireAddress(text);
    if (fixed.some(({ subnet }) => contains(requirePrefix(subnet), address))) return [];
    return [`no configured subnet or ip-range contain the IP address ${text}`];
  });
}

/** Of the interface alone: `net.ipv4.conf.IFNAME.log_martians=1`. */
function sysctlProblems({ DriverOpts }: EndpointSettings): readonly string[] {
  const value = DriverOpts?.[sysctlsKey] ?? '';
  const items = value === '' ? [] : value.split(',');
  return items
    .filter((item) => !/^net\.ipv[46]\.conf\.ifname\.[^.=/]+=.*$/i.test(item))
    .map(
      (item) =>
        `unrecognised network interface sysctl '${item}'; represent 'net.X.conf.ethN.Z=V' as 'net.X.conf.IFNAME.Z=V', 'X' must be 'ipv4' or 'ipv6'`,
    );
}

function invalid(message: string): BerthError {
  return new BerthError('ENDPOINT_SETTINGS_INVALID', {
    message,
    remedy: 'Correct what the container asks of the network.',
    details: { field: 'EndpointsConfig' },
  });
}
