import { lookUpAddress } from '../../../host/name-address.ts';

const family = { unix: 1, inet: 2, inet6: 10 } as const;

/** A struct sockaddr_un (unix(7)). */
export function unixAddress(path: string): Uint8Array {
  const bytes = Buffer.alloc(2 + Buffer.byteLength(path) + 1);
  bytes.writeUInt16LE(family.unix);
  bytes.write(path, 2);
  return bytes;
}

/** A struct sockaddr_in or sockaddr_in6 (ip(7), ipv6(7)) of a host, which may be a name. */
export async function internetAddress(host: string, port: number): Promise<Uint8Array> {
  const found = await lookUpAddress(host === '' ? 'localhost' : host);
  const bytes = Buffer.alloc(found.family === 4 ? 16 : 28);
  bytes.writeUInt16LE(found.family === 4 ? family.inet : family.inet6);
  bytes.writeUInt16BE(port, 2);
  bytes.set(found.bytes, found.family === 4 ? 4 : 8);
  return bytes;
}
