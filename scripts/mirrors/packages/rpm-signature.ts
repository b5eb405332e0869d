import { isDetachedSignatureGood } from './detached-signature.ts';

/*
 * The beginning of an RPM package (rpm.org, "RPM v4 Package Format"): the lead, the signature header, which is padded to
 * 8 bytes, and the main header, which has the digest of the rest.
 */
const leadBytes = 96;
const leadMagic = 0xedabeedb;
const headerMagic = 0x8eade801;
const headerIntro = 16;
const entryBytes = 16;

/** RSAHEADER: an OpenPGP signature over the main header, binary. */
const rsaHeaderTag = 268;

interface Header {
  readonly tags: ReadonlyMap<number, Buffer>;
  readonly start: number;
  readonly end: number;
}

/** Bytes that hold both headers of any package of docker-ce, file lists included. */
export const rpmHeaderBytes = 2 * 1024 * 1024;

/**
 * Whether the main header of an RPM package was signed by one of the keys.
 *
 * @param start The package's beginning, with both headers whole.
 * @throws BerthError OPENPGP_KEY_INVALID for the key file.
 */
export function rpmSignature(
  start: Buffer,
  keyFile: Uint8Array,
): 'good' | 'bad' | 'unsigned' | 'damaged' {
  if (start.length < leadBytes || start.readUInt32BE(0) !== leadMagic) return 'damaged';
  const signatures = headerAt(start, leadBytes);
  if (signatures === undefined) return 'damaged';
  const main = headerAt(start, Math.ceil(signatures.end / 8) * 8);
  if (main === undefined) return 'damaged';
  const signature = signatures.tags.get(rsaHeaderTag);
  if (signature === undefined) return 'unsigned';
  const data = start.subarray(main.start, main.end);
  return isDetachedSignatureGood({ data, signature, keyFile }) ? 'good' : 'bad';
}

function headerAt(bytes: Buffer, start: number): Header | undefined {
  if (start + headerIntro > bytes.length || bytes.readUInt32BE(start) !== headerMagic) {
    return undefined;
  }
  const count = bytes.readUInt32BE(start + 8);
  const size = bytes.readUInt32BE(start + 12);
  const data = start + headerIntro + count * entryBytes;
  const end = data + size;
  if (end > bytes.length) return undefined;
  const tags = new Map<number, Buffer>();
  for (let index = 0; index < count; index += 1) {
    // Each entry: tag, type, offset into the data, number of values (of bytes, for binary ones).
    const entry = start + headerIntro + index * entryBytes;
    const offset = data + bytes.readUInt32BE(entry + 8);
    const values = bytes.readUInt32BE(entry + 12);
    tags.set(bytes.readUInt32BE(entry), bytes.subarray(offset, Math.min(offset + values, end)));
  }
  return { tags, start, end };
}
