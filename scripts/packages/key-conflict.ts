import { messageOf } from '../../messages/error-words.ts';
import { isBerthError } from '../../runtime/errors/berth-error.ts';
import { orIfMissing, readFile } from '../../runtime/host/files.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { parseOpenPgpKeys } from './openpgp-key.ts';
import type { RepositoryConflict } from './repository-format.ts';

/** Whether another key is where the key of a repository is to go. The same key in another form is no conflict. */
export async function keyConflict(
  host: ProvisionHost,
  place: { readonly path: string; readonly key: Uint8Array },
): Promise<readonly RepositoryConflict[]> {
  const there = await orIfMissing(readFile(host.path(place.path)), undefined);
  if (there === undefined) return [];
  const seen = fingerprints(there);
  if (seen === fingerprints(place.key)) return [];
  return [{ path: place.path, line: 0, kind: 'key', seen }];
}

/** What is no key is another one as well. */
function fingerprints(data: Uint8Array): string {
  try {
    const keys = parseOpenPgpKeys(data).map(({ fingerprint }) => fingerprint);
    return keys.sort().join(' ');
  } catch (error) {
    if (isBerthError(error, 'OPENPGP_KEY_INVALID')) return messageOf(error);
    throw error;
  }
}
