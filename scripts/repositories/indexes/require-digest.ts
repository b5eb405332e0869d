import { createHash } from 'node:crypto';
import { repositoryMessages as m } from '../../../messages/areas/repositories.ts';
import { untrusted } from './untrusted.ts';

/** Throws REPOSITORY_UNTRUSTED unless a file has the SHA-256 that the index says. */
export function requireDigest(
  bytes: Uint8Array,
  wanted: { readonly sha256: string; readonly url: URL },
): void {
  const seen = createHash('sha256').update(bytes).digest('hex');
  if (seen === wanted.sha256) return;
  const { url, sha256 } = wanted;
  throw untrusted(url, m.digestDiffers({ url: url.href, seen, wanted: sha256 }));
}
