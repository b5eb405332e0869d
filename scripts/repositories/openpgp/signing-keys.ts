import { openPgpBytes } from '../../packages/openpgp/armour.ts';
import { openPgpPackets } from '../../packages/openpgp/packets.ts';
import { isRsa, isSignedBy, parseSignaturePacket } from './signature-packet.ts';

const signaturePacket = 2;
const publicKeyPacket = 6;
const publicSubkeyPacket = 14;
const subkeyBinding = 0x18;

/**
 * The RSA numbers of every key in a key file that may sign: primary keys, and those subkeys which their primary key has
 * bound by a signature. A mirror could add a subkey of its own to the right primary key; without the binding it counts for
 * nothing.
 *
 * @throws BerthError OPENPGP_KEY_INVALID.
 */
export function signingKeys(keyFile: Uint8Array): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  let primary: Uint8Array | undefined;
  let subkey: Uint8Array | undefined;
  for (const { type, body } of openPgpPackets(openPgpBytes(keyFile))) {
    if (type === publicKeyPacket) {
      primary = body;
      subkey = undefined;
      if (isV4Rsa(body)) found.push(materialOf(body));
    } else if (type === publicSubkeyPacket) {
      subkey = body;
    } else if (type === signaturePacket && primary !== undefined && subkey !== undefined) {
      if (isV4Rsa(subkey) && binds({ primary, subkey }, body)) found.push(materialOf(subkey));
    }
  }
  return found;
}

/** Version, time and algorithm come before the numbers (RFC 9580, section 5.5.2). */
const materialOf = (body: Uint8Array): Uint8Array => body.subarray(6);

function isV4Rsa(body: Uint8Array): boolean {
  return body[0] === 4 && isRsa(body[5] ?? 0);
}

/** Section 5.2.4: a binding hashes the primary key, then the subkey, each as it is for a fingerprint. */
function binds(
  keys: { readonly primary: Uint8Array; readonly subkey: Uint8Array },
  packet: Uint8Array,
): boolean {
  const signature = parseSignaturePacket(packet);
  if (signature?.type !== subkeyBinding || !isV4Rsa(keys.primary)) return false;
  const data = Buffer.concat([hashedForm(keys.primary), hashedForm(keys.subkey)]);
  return isSignedBy(materialOf(keys.primary), { signature, data });
}

function hashedForm(body: Uint8Array): Buffer {
  const head = Buffer.from([0x99, 0, 0]);
  head.writeUInt16BE(body.length, 1);
  return Buffer.concat([head, body]);
}
