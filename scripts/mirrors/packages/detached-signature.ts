import { openPgpBytes } from '../../packages/openpgp/armour.ts';
import { openPgpPackets } from '../../packages/openpgp/packets.ts';
import { isSignedBy, parseSignaturePacket } from '../../repositories/openpgp/signature-packet.ts';
import { signingKeys } from '../../repositories/openpgp/signing-keys.ts';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';

const signaturePacket = 2;
const binaryDocument = 0;

/** What is to be looked at. */
export interface SignedData {
  readonly data: Uint8Array;
  /** Binary or ASCII-armoured. */
  readonly signature: Uint8Array;
  /** A key file whose fingerprint has been checked. */
  readonly keyFile: Uint8Array;
}

/**
 * Whether a detached OpenPGP signature (RFC 9580, section 5.2) over a file was made by one of the keys, RSA and not by
 * SHA-1. Bytes that are no signature have signed nothing.
 *
 * @throws BerthError OPENPGP_KEY_INVALID for the key file.
 */
export function isDetachedSignatureGood({ data, signature, keyFile }: SignedData): boolean {
  const keys = signingKeys(keyFile);
  return signaturesIn(signature).some((each) =>
    keys.some((key) => isSignedBy(key, { signature: each, data })),
  );
}

type Signature = NonNullable<ReturnType<typeof parseSignaturePacket>>;

function signaturesIn(bytes: Uint8Array): readonly Signature[] {
  try {
    return openPgpPackets(openPgpBytes(bytes))
      .filter(({ type }) => type === signaturePacket)
      .map(({ body }) => parseSignaturePacket(body))
      .filter((signature) => signature !== undefined)
      .filter(({ type, hash }) => type === binaryDocument && hash !== 'sha1');
  } catch (error) {
    if (isBerthError(error, 'OPENPGP_KEY_INVALID')) return [];
    throw error;
  }
}
