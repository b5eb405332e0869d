import { createPublicKey, verify } from 'node:crypto';

/** A version 4 signature packet, taken apart (RFC 9580, section 5.2.3). */
export interface SignaturePacket {
  /** 0 binary document, 1 text document, 0x18 subkey binding. */
  readonly type: number;
  /** Name of the hash for node:crypto; `undefined` for one that is not known. */
  readonly hash: string | undefined;
  /** What is hashed after the document: the head of the packet itself and the trailer. */
  readonly suffix: Buffer;
  /** The RSA signature, a big-endian number. */
  readonly value: Buffer;
}

/** Hash algorithms by their ids (section 9.5). MD5 and RIPEMD-160 are left out on purpose. */
const hashes: Readonly<Record<number, string>> = {
  2: 'sha1',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
};

/** RSA, for both or for signing only (section 9.1). */
const rsaAlgorithms = [1, 3];

/** Whether a public-key algorithm is one whose signatures are read here. */
export function isRsa(algorithm: number): boolean {
  return rsaAlgorithms.includes(algorithm);
}

/** Reads a signature packet; `undefined` for another version or another algorithm than RSA. */
export function parseSignaturePacket(body: Uint8Array): SignaturePacket | undefined {
  const bytes = Buffer.from(body);
  if (bytes.length < 10 || bytes[0] !== 4 || !isRsa(bytes.readUInt8(2))) return undefined;
  const hashedEnd = 6 + bytes.readUInt16BE(4);
  if (hashedEnd + 2 > bytes.length) return undefined;
  // The unhashed subpackets, then the left 16 bits of the hash, come before the number.
  const valueAt = hashedEnd + 2 + bytes.readUInt16BE(hashedEnd) + 2;
  if (valueAt + 2 > bytes.length) return undefined;
  const trailer = Buffer.from([4, 0xff, 0, 0, 0, 0]);
  trailer.writeUInt32BE(hashedEnd, 2);
  return {
    type: bytes.readUInt8(1),
    hash: hashes[bytes.readUInt8(3)],
    suffix: Buffer.concat([bytes.subarray(0, hashedEnd), trailer]),
    value: mpi(bytes.subarray(valueAt)).value,
  };
}

/**
 * Whether an RSA key (PKCS #1 v1.5) made this signature over `data`.
 *
 * @param material The numbers n and e, as in the public-key packet (section 5.5.5.1).
 */
export function isSignedBy(
  material: Uint8Array,
  { signature, data }: { readonly signature: SignaturePacket; readonly data: Uint8Array },
): boolean {
  if (signature.hash === undefined) return false;
  const { value: n, rest } = mpi(Buffer.from(material));
  const { value: e } = mpi(rest);
  try {
    const key = createPublicKey({
      format: 'jwk',
      key: { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') },
    });
    // A signature that happens to begin with zero bytes is written without them, which OpenSSL does not take.
    const padded = Buffer.concat([
      Buffer.alloc(Math.max(0, n.length - signature.value.length)),
      signature.value,
    ]);
    return verify(signature.hash, Buffer.concat([data, signature.suffix]), key, padded);
  } catch {
    // Numbers that make no key, as OpenSSL sees it, sign nothing.
    return false;
  }
}

/** A number with its length in bits before it (section 3.2). */
function mpi(bytes: Buffer): { readonly value: Buffer; readonly rest: Buffer } {
  if (bytes.length < 2) return { value: Buffer.alloc(0), rest: Buffer.alloc(0) };
  const end = 2 + Math.ceil(bytes.readUInt16BE(0) / 8);
  return { value: bytes.subarray(2, end), rest: bytes.subarray(end) };
}
