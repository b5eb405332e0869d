import { openPgpBytes } from '../../packages/openpgp/armour.ts';
import { openPgpPackets } from '../../packages/openpgp/packets.ts';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { isSignedBy, parseSignaturePacket, type SignaturePacket } from './signature-packet.ts';
import { signingKeys } from './signing-keys.ts';

/** What a clear-signed text turned out to be. */
export type ClearsignedText =
  | { readonly kind: 'good'; readonly text: string }
  /** Not of that form: an error page, or a file cut short. */
  | { readonly kind: 'unsigned' }
  /** None of the keys has signed this text: it was changed, or signed by someone else. */
  | { readonly kind: 'not-by-these-keys' };

const form =
  /^-----BEGIN PGP SIGNED MESSAGE-----\r?\n(?:[A-Za-z-]+: .*\r?\n)*\r?\n([\s\S]*?)\r?\n(-----BEGIN PGP SIGNATURE-----[\s\S]+)$/;

const textDocument = 1;

/**
 * Checks a text in the cleartext signature framework (RFC 9580, section 7), such as a repository's InRelease. RSA only,
 * and no SHA-1: what apt accepts of Docker's key, without a gpg on the host.
 *
 * @throws BerthError OPENPGP_KEY_INVALID for the key file.
 */
export function readClearsigned(data: Uint8Array, keyFile: Uint8Array): ClearsignedText {
  const [, escaped, armoured] = form.exec(Buffer.from(data).toString('utf8')) ?? [];
  if (escaped === undefined || armoured === undefined) return { kind: 'unsigned' };
  const text = escaped.replaceAll(/^- /gm, '');
  // Line ends are CR LF in the hash, and blanks at the end of a line do not count.
  const hashed = text.split(/\r?\n/).map((line) => line.replace(/[ \t\r]+$/, ''));
  const document = Buffer.from(hashed.join('\r\n'), 'utf8');
  const keys = signingKeys(keyFile);
  const good = signaturesIn(armoured).some((signature) =>
    keys.some((key) => isSignedBy(key, { signature, data: document })),
  );
  return good ? { kind: 'good', text } : { kind: 'not-by-these-keys' };
}

function signaturesIn(armoured: string): readonly SignaturePacket[] {
  try {
    return openPgpPackets(openPgpBytes(Buffer.from(armoured, 'latin1')))
      .map(({ body }) => parseSignaturePacket(body))
      .filter((signature) => signature !== undefined)
      .filter(({ type, hash }) => type === textDocument && hash !== 'sha1');
  } catch (error) {
    // The mirror's bytes, not the key's: no readable signature is no signature.
    if (isBerthError(error, 'OPENPGP_KEY_INVALID')) return [];
    throw error;
  }
}
