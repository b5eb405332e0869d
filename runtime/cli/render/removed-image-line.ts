import { fieldsOf, optionalText } from '../client/fields.ts';

/** A line of what a prune of images has removed, in Docker's words. */
export function removedImageLine(value: unknown): string {
  const fields = fieldsOf(value, 'removed');
  const untagged = optionalText(fields, 'Untagged');
  return untagged === ''
    ? `deleted: ${optionalText(fields, 'Deleted')}\n`
    : `untagged: ${untagged}\n`;
}
