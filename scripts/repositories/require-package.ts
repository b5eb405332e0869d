import { repositoryMessages as m } from '../../messages/areas/repositories.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { IndexedPackage } from './indexes/indexed-package.ts';
import type { WebClient } from './indexes/web-files.ts';

/**
 * Looks whether a package that the index names is there in its full size: mirrors have been seen with indexes that were
 * ahead of their packages, and with packages of zero bytes.
 *
 * @throws BerthError REPOSITORY_UNTRUSTED; Error as WebClient.look.
 */
export async function requirePackage(found: IndexedPackage, files: WebClient): Promise<void> {
  const head = await files.look(found.url);
  if (head.kind === 'there' && (head.sizeBytes ?? found.sizeBytes) === found.sizeBytes) return;
  const url = found.url.href;
  throw new BerthError('REPOSITORY_UNTRUSTED', {
    message:
      head.kind === 'absent'
        ? m.packageAbsent({ name: found.name, url })
        : m.packageSize({ url, seen: head.sizeBytes ?? 0, wanted: found.sizeBytes }),
    remedy: m.useAnotherMirror(),
    details: { url, name: found.name, version: found.version },
  });
}
