import { BerthError } from '../../errors/berth-error.ts';

const pattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/**
 * A container's name without Docker's leading slash.
 *
 * @throws CONTAINER_NAME_INVALID
 */
export function parseContainerName(text: string): string {
  const name = text.startsWith('/') ? text.slice(1) : text;
  if (pattern.test(name)) return name;
  throw new BerthError('CONTAINER_NAME_INVALID', {
    message: `Invalid container name (${text}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
    remedy:
      'Choose a name of at least two of these characters, beginning with a letter or a digit.',
    details: { name: text },
  });
}
