import { listFolder, orIfMissing, readlink, readTextIfExists } from '../../host/files.ts';
import { addressOf, formatAddress } from '../address/ip-address.ts';
import { anyAddress } from './port-groups.ts';
import type { PortProtocol } from './port-spec.ts';

/** A process that has a port of the host. */
export interface PortHolder {
  readonly pid: number;
  /** Its name, of at most 15 characters (proc_pid_comm(5)). */
  readonly name: string;
}

/** Where a port is. */
interface Place {
  readonly protocol: PortProtocol;
  readonly address: string;
  readonly port: number;
}

/**
 * The process that has a port which could not be bound; `undefined` when that cannot be found out: it has ended meanwhile, is in
 * nobody's list (SCTP, and TCP that is bound without listening), or is not to be looked into.
 */
export async function findPortHolder(place: Place): Promise<PortHolder | undefined> {
  const inode = await socketInode(place);
  return inode === undefined ? undefined : processWith(`socket:[${inode}]`);
}

/** The number of the socket that is in the way: its address is the same, or one of them is all addresses. */
async function socketInode({ protocol, address, port }: Place): Promise<string | undefined> {
  if (protocol === 'sctp') return undefined;
  const tables = [`/proc/net/${protocol}`, `/proc/net/${protocol}6`];
  const texts = await Promise.all(tables.map((table) => readTextIfExists(table)));
  const sockets = texts.flatMap((text) => (text ?? '').split('\n').slice(1).flatMap(parseSocket));
  const rivals = sockets.filter(
    (socket) =>
      socket.port === port &&
      // Connections have the port of their listener as well.
      (protocol === 'udp' || socket.isListening) &&
      (socket.address === address || isAny(socket.address) || isAny(address)),
  );
  // One of the same family first: one of IPv6 for all addresses may be for IPv4 too, or not.
  const same = rivals.find((rival) => rival.address.includes(':') === address.includes(':'));
  return (same ?? rivals[0])?.inode;
}

interface ListedSocket {
  readonly address: string;
  readonly port: number;
  readonly isListening: boolean;
  readonly inode: string;
}

const listening = '0A';

/** A line of /proc/net/tcp and its like (proc_pid_net(5)): number, local address, remote address, state ... inode as the tenth. */
function parseSocket(line: string): readonly ListedSocket[] {
  const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
  const [hex = '', port = ''] = local.split(':');
  // Words of 32 bits in the processor's order, which is little-endian on all that berth knows.
  const bytes = Buffer.from(hex, 'hex');
  if (inode === undefined || bytes.length % 4 !== 0) return [];
  const address = addressOf(bytes.swap32());
  if (address === undefined) return [];
  return [
    {
      address: formatAddress(address),
      port: Number.parseInt(port, 16),
      isListening: state === listening,
      inode,
    },
  ];
}

function isAny(address: string): boolean {
  return address === anyAddress[4] || address === anyAddress[6];
}

async function processWith(link: string): Promise<PortHolder | undefined> {
  for (const pid of await listFolder('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const folder = `/proc/${pid}/fd`;
    const descriptors = await listFolder(folder).catch(() => []);
    const links = await Promise.all(
      descriptors.map((fd) => readlink(`${folder}/${fd}`).catch(() => undefined)),
    );
    if (!links.includes(link)) continue;
    const name = await orIfMissing(readTextIfExists(`/proc/${pid}/comm`), undefined);
    return { pid: Number(pid), name: (name ?? '').trim() };
  }
  return undefined;
}
