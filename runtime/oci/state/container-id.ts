import { BerthError } from '../../errors/berth-error.ts';

/**
 * Checks a container's id, which is the name of a folder: letters, digits and `_ + - .`, as runc has it. Names with a `~`
 * are those of folders that berth is about to remove, and need a few of the 255 bytes that a name may have.
 *
 * @throws OCI_ID_INVALID
 */
export function checkContainerId(id: string): string {
  if (/^[\w+.-]{1,240}$/.test(id) && id !== '.' && id !== '..') return id;
  const what = id === '' ? 'container id cannot be empty' : `invalid container ID format: "${id}"`;
  throw new BerthError('OCI_ID_INVALID', {
    message: `${what}, wanted letters, digits, "_", "+", "-" and "."`,
    remedy: 'Choose another id.',
    details: { id },
  });
}
