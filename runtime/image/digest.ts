import { createHash } from 'node:crypto';

import { BerthError } from '../errors/berth-error.ts';

declare const digestBrand: unique symbol;

/** A content digest, `sha256:` and 64 lower-case hex digits (OCI image-spec 1.1, descriptor.md, "Digests"). */
export type Digest = string & { readonly [digestBrand]: true };

const pattern = /^sha256:[0-9a-f]{64}$/;

/** Whether `text` is a digest that berth accepts: SHA-256 only, as every registry and Docker use. */
export function isDigest(text: string): text is Digest {
  return pattern.test(text);
}

/**
 * Parses a digest.
 *
 * @throws DIGEST_INVALID
 */
function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new BerthError('DIGEST_INVALID', {
    message: `"${text}" is not a digest; wanted "sha256:" and 64 lower-case hex digits`,
    details: { digest: text },
  });
}

/** The digest whose hex digits are `hex`, as a hash object hands them out. */
export function digestOfHex(hex: string): Digest {
  return parseDigest(`sha256:${hex}`);
}

/** The digest of `bytes`. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return digestOfHex(createHash('sha256').update(bytes).digest('hex'));
}

/** The 64 hex digits of a digest: its file name in an OCI image layout. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
