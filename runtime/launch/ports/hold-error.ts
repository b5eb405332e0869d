import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { errnoMessage } from '../../host/errno-message.ts';
import { type HeldPort, holdLabel } from './held-port.ts';

/**
 * What the failure of a start means when it is that of a port which cannot be held: HOST_PORT_UNAVAILABLE, with the port and the
 * errno in its details. Anything else is given back as it is.
 */
export function holdError(error: unknown, ports: readonly HeldPort[] = []): unknown {
  if (!isBerthError(error, 'SYSCALL_FAILED')) return error;
  const { step, errno } = error.details;
  const held = ports.find((port) => holdLabel(port) === step);
  if (held === undefined) return error;
  const { protocol, address, port } = held;
  return new BerthError('HOST_PORT_UNAVAILABLE', {
    message: `${String(step)}: ${errnoMessage(errno) ?? String(errno)}`,
    remedy: remedies[String(errno)] ?? 'Choose another port of the host, or another address.',
    details: { protocol, address, port, errno },
    cause: error,
  });
}

const remedies: Readonly<Record<string, string>> = {
  EADDRINUSE: 'End what has the port (ss -tulnp shows it), or choose another port of the host.',
  EADDRNOTAVAIL: 'Choose an address that the host has: ip address shows them.',
  EACCES: 'Run berthd as root: ports below net.ipv4.ip_unprivileged_port_start are for root.',
  EAFNOSUPPORT: 'Choose an address of IPv4: the kernel has no IPv6.',
  EPROTONOSUPPORT: 'Load the module of the protocol: modprobe sctp.',
};
