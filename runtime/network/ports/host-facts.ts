import { readTextIfExists } from '../../host/files.ts';
import type { PortRange } from './port-spec.ts';

/** What Docker takes where the kernel does not say (RFC 6335, section 6). */
const fallback: PortRange = { first: 49_153, last: 65_535 };

/** The ports that the host's kernel gives to whoever does not ask for a certain one (ip(7), `ip_local_port_range`). */
export async function readEphemeralPorts(
  file = '/proc/sys/net/ipv4/ip_local_port_range',
): Promise<PortRange> {
  const [first = 0, last = 0] = ((await readTextIfExists(file)) ?? '').split(/\s+/).map(Number);
  return first > 0 && last >= first ? { first, last } : fallback;
}

/** `::1` in the kernel's list of addresses (proc_pid_net(5), `if_inet6`). */
const loopback = '00000000000000000000000000000001 ';

/** Whether the host has IPv6, as Docker asks it: whether somebody could listen at `::1`. */
export async function hasIpv6(file = '/proc/net/if_inet6'): Promise<boolean> {
  return `\n${(await readTextIfExists(file)) ?? ''}`.includes(`\n${loopback}`);
}
