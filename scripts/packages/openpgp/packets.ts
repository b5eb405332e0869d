import { packageMessages as m } from '../../../messages/areas/packages.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';

/** One OpenPGP packet (RFC 9580, section 4). */
export interface OpenPgpPacket {
  /** Its type: 2 signature, 6 public key, 13 user id, 14 public subkey ... */
  readonly type: number;
  readonly body: Uint8Array;
}

/**
 * Takes binary OpenPGP data apart into its packets. Bodies are views into `data`.
 *
 * @throws BerthError OPENPGP_KEY_INVALID when a packet does not fit.
 */
export function openPgpPackets(data: Uint8Array): readonly OpenPgpPacket[] {
  const packets: OpenPgpPacket[] = [];
  let offset = 0;
  while (offset < data.length) {
    const header = readHeader(data, offset);
    const end = header.start + header.length;
    if (end > data.length) throw invalid(offset);
    packets.push({ type: header.type, body: data.subarray(header.start, end) });
    offset = end;
  }
  return packets;
}

interface Header {
  readonly type: number;
  /** Where the body starts. */
  readonly start: number;
  readonly length: number;
}

function readHeader(data: Uint8Array, offset: number): Header {
  const first = data[offset] ?? 0;
  if ((first & 0x80) === 0) throw invalid(offset);
  return (first & 0x40) === 0
    ? oldHeader(data, { offset, first })
    : newHeader(data, { offset, first });
}

/** Old format (section 4.2.2): the length has 1, 2 or 4 bytes, or reaches to the end. */
function oldHeader(
  data: Uint8Array,
  { offset, first }: { readonly offset: number; readonly first: number },
): Header {
  const type = (first >> 2) & 0x0f;
  const size = [1, 2, 4, 0][first & 3] ?? 0;
  const start = offset + 1 + size;
  if (start > data.length) throw invalid(offset);
  const length = size === 0 ? data.length - start : number(data.subarray(offset + 1, start));
  return { type, start, length };
}

/** Current format (section 4.2.1). Partial lengths are for data, and keys and signatures may not have them. */
function newHeader(
  data: Uint8Array,
  { offset, first }: { readonly offset: number; readonly first: number },
): Header {
  const type = first & 0x3f;
  const [one, two] = [data[offset + 1], data[offset + 2]];
  if (one === undefined) throw invalid(offset);
  if (one < 192) return { type, start: offset + 2, length: one };
  if (two === undefined || (one > 223 && one < 255)) throw invalid(offset);
  if (one < 224) return { type, start: offset + 3, length: ((one - 192) << 8) + two + 192 };
  if (offset + 6 > data.length) throw invalid(offset);
  return { type, start: offset + 6, length: number(data.subarray(offset + 2, offset + 6)) };
}

const number = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

function invalid(offset: number): BerthError {
  return new BerthError('OPENPGP_KEY_INVALID', {
    message: m.packetInvalid({ offset }),
    remedy: m.keyInvalidRemedy(),
    details: { offset },
  });
}
