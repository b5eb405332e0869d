import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { lstat, orIfMissing, writeFileWhole } from '../../runtime/host/files.ts';
import { readFileState, textOf, type FileState } from '../host/file-state.ts';

/**
 * Someone has edited a file since berth wrote it: their text is not berth's to throw away. It is kept in a file beside it,
 * and never over another one, which may hold what they wrote at another time.
 *
 * @returns what a person should know: where the text is now. `undefined` when nobody has changed the file.
 */
export async function keepForeignChange(
  path: string,
  known: { readonly written: string; readonly before: FileState },
): Promise<string | undefined> {
  const now = await readFileState(path);
  if (now.type === 'absent' || textOf(now) === known.written) return undefined;
  if (textOf(now) === textOf(known.before)) return undefined;
  for (let number = 1; ; number += 1) {
    const copy = `${path}.berth-kept${number === 1 ? '' : `-${number}`}`;
    const there = await stateAt(copy);
    if (there === 'something-else') continue;
    if (there.type === 'absent') {
      await writeFileWhole(copy, Buffer.from(now.bytes, 'base64'), {
        mode: now.mode,
        owner: now,
        durability: 'disk',
      });
    } else if (there.bytes !== now.bytes) {
      continue;
    }
    return m.foreignChange({ path, copy });
  }
}

/** A link or a folder with that name is as taken as a file. */
async function stateAt(path: string): Promise<FileState | 'something-else'> {
  const info = await orIfMissing(lstat(path), undefined);
  return info === undefined || info.isFile() ? readFileState(path) : 'something-else';
}
