import { createHash } from 'node:crypto';
import { packageMessages as m } from '../../messages/areas/packages.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { openPgpBytes } from './openpgp/armour.ts';
import { openPgpPackets } from './openpgp/packets.ts';

const publicKeyPacket = 6;
const userIdPacket = 13;
const publicSubkeyPacket = 14;
const secretPackets = [5, 7];

/** A public key or subkey (RFC 9580, section 5.5.2). */
export interface OpenPgpPublicKey {
  readonly version: 4 | 5 | 6;
  /** Upper-case hexadecimal digits: 40 for version 4, 64 for versions 5 and 6. */
  readonly fingerprint: string;
  /** 16 upper-case hexadecimal digits: what a signature names its key by. */
  readonly keyId: string;
  /** Seconds since 1970-01-01 UTC. */
  readonly createdAt: number;
  /** Public-key algorithm: 1 RSA, 17 DSA, 19 ECDSA, 22 EdDSA, 27 Ed25519 ... (section 9.1). */
  readonly algorithm: number;
  /** The algorithm's own numbers, as they are in the packet. */
  readonly material: Uint8Array;
}

/** A key with what belongs to it. Signatures are not looked at: trust comes from the pinned fingerprint. */
export interface OpenPgpKey extends OpenPgpPublicKey {
  readonly userIds: readonly string[];
  readonly subkeys: readonly OpenPgpPublicKey[];
}

/**
 * The public keys in a key file, binary or ASCII-armoured.
 *
 * @throws BerthError OPENPGP_KEY_INVALID when it is no such file, holds no key, or holds a secret key.
 */
export function parseOpenPgpKeys(data: Uint8Array): readonly OpenPgpKey[] {
  const keys: { primary: OpenPgpPublicKey; userIds: string[]; subkeys: OpenPgpPublicKey[] }[] = [];
  for (const { type, body } of openPgpPackets(openPgpBytes(data))) {
    const key = keys.at(-1);
    if (type === publicKeyPacket) {
      keys.push({ primary: publicKey(body), userIds: [], subkeys: [] });
    } else if (type === publicSubkeyPacket) key?.subkeys.push(publicKey(body));
    else if (type === userIdPacket) key?.userIds.push(Buffer.from(body).toString('utf8'));
    else if (secretPackets.includes(type)) throw invalid(m.keySecret());
  }
  if (keys.length === 0) throw invalid(m.keyNone());
  return keys.map(({ primary, userIds, subkeys }) => ({ ...primary, userIds, subkeys }));
}

/**
 * Checks that a key file holds nothing but keys with one of the pinned fingerprints, and returns them. One foreign key in
 * the file would be trusted as well, so it is refused.
 *
 * @throws BerthError OPENPGP_KEY_INVALID, REPOSITORY_KEY_MISMATCH.
 */
export function requireKeyFingerprint(
  data: Uint8Array,
  pinned: { readonly fingerprints: readonly string[]; readonly source: string },
): readonly OpenPgpKey[] {
  const wanted = pinned.fingerprints.map(plainFingerprint);
  const keys = parseOpenPgpKeys(data);
  const foreign = keys.filter(({ fingerprint }) => !wanted.includes(fingerprint));
  if (foreign.length === 0) return keys;
  const seen = foreign.map(({ fingerprint }) => fingerprint);
  throw new BerthError('REPOSITORY_KEY_MISMATCH', {
    message: m.keyMismatch({
      source: pinned.source,
      seen: seen.join('", "'),
      wanted: wanted.join('", "'),
    }),
    remedy: m.keyMismatchRemedy(),
    details: { source: pinned.source, seen, wanted },
  });
}

/** A fingerprint as people write it (`9DC8 5822 ...`, lower case) in the form of `OpenPgpKey.fingerprint`. */
function plainFingerprint(written: string): string {
  return written.replaceAll(/[\s:]/g, '').toUpperCase();
}

function publicKey(body: Uint8Array): OpenPgpPublicKey {
  const bytes = Buffer.from(body);
  const version = bytes[0];
  // Versions 5 and 6 carry the length of the key material before it.
  const materialAt = version === 4 ? 6 : 10;
  if (bytes.length <= materialAt) throw invalid(m.keyShort({ size: bytes.length }));
  if (version !== 4 && version !== 5 && version !== 6) {
    throw invalid(m.keyVersion({ version: version ?? 0 }));
  }
  const fingerprint = fingerprintOf(version, bytes);
  return {
    version,
    fingerprint,
    // Section 5.5.4: the last 64 bits of a version 4 fingerprint, the first ones of the later versions.
    keyId: version === 4 ? fingerprint.slice(-16) : fingerprint.slice(0, 16),
    createdAt: bytes.readUInt32BE(1),
    algorithm: bytes.readUInt8(5),
    material: body.subarray(materialAt),
  };
}

/** Section 5.5.4.1 to 5.5.4.3; version 5 is that of LibrePGP. */
function fingerprintOf(version: 4 | 5 | 6, body: Buffer): string {
  const head = version === 4 ? Buffer.alloc(3) : Buffer.alloc(5);
  head.writeUInt8({ 4: 0x99, 5: 0x9a, 6: 0x9b }[version], 0);
  if (version === 4) head.writeUInt16BE(body.length, 1);
  else head.writeUInt32BE(body.length, 1);
  return createHash(version === 4 ? 'sha1' : 'sha256')
    .update(head)
    .update(body)
    .digest('hex')
    .toUpperCase();
}

function invalid(message: string): BerthError {
  return new BerthError('OPENPGP_KEY_INVALID', { message, remedy: m.keyInvalidRemedy() });
}
