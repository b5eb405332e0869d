import { BerthError } from '../../errors/berth-error.ts';

const longestId = 240;

/**
 * Checks a container's id, which is the name of a folder: letters, digits and `_ + - .`, as runc has it. Names with a `~`
 * are those of folders that berth is about to remove, and need a few of the 255 bytes that a name may have.
 *
 * @throws OCI_ID_INVALID
 */
export function checkContainerId(id: string): string {
  if (id.length > longestId) {
    const what = `it has ${id.length} characters, wanted at most ${longestId}`;
    throw invalid(`invalid container ID format: ${what}`, id.slice(0, longestId));
  }
  if (/^[\w+.-]+$/.test(id) && id !== '.' && id !== '..') return id;
  const what = id === '' ? 'container id cannot be empty' : `invalid container ID format: "${id}"`;
  throw invalid(`${what}, wanted letters, digits, "_", "+", "-" and "."`, id);
}

function invalid(message: string, id: string): BerthError {
  return new BerthError('OCI_ID_INVALID', {
    message,
    remedy: 'Choose another id.',
    details: { id },
  });
}
