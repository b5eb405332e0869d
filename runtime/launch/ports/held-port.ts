import { type IpAddress, addressBytes, parseAddress } from '../../network/address/ip-address.ts';
import { AF_INET, AF_INET6, SOCKADDR_IN6_SIZE } from '../../syscall/constants/inet.ts';

/** Where packets go to. */
export interface SocketPlace {
  /** As text, such as `0.0.0.0`, `::` or `fd05::2`. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** A port of the host that a container has as long as it runs: nobody else can bind it. */
export interface HeldPort extends SocketPlace {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  /**
   * Where the relay takes what reaches the host's own socket, because no rule of the firewall sends it to the container; for TCP and
   * UDP. Absent: connections are refused, and datagrams dropped.
   */
  readonly relayTo?: SocketPlace | undefined;
}

/** What the steps for a port are called: their failures are of this port. */
export function holdLabel({ protocol, address, port }: HeldPort): string {
  return `hold port ${address.includes(':') ? `[${address}]` : address}:${port}/${protocol}`;
}

/** The address family and struct sockaddr of a place (ip(7), ipv6(7)). @throws TypeError for what is no address */
export function socketAddress({ address, port }: SocketPlace): {
  readonly family: number;
  readonly bytes: Buffer;
} {
  const parsed: IpAddress | undefined = parseAddress(address);
  if (parsed === undefined) throw new TypeError(`"${address}" is no address`);
  const family = parsed.family === 4 ? AF_INET : AF_INET6;
  const bytes = Buffer.alloc(SOCKADDR_IN6_SIZE);
  bytes.writeUInt16LE(family, 0);
  bytes.writeUInt16BE(port, 2);
  // Behind the port: the address, for IPv6 after four bytes of flow information.
  bytes.set(addressBytes(parsed), parsed.family === 4 ? 4 : 8);
  return { family, bytes };
}
