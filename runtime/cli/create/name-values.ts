import { optionError } from './option-error.ts';

/**
 * Options such as `--label name=value` as a map; a name alone has an empty value.
 *
 * @throws OPTION_INVALID
 */
export function nameValues(
  option: string,
  values: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    values.map((value) => {
      const at = value.indexOf('=');
      if (value === '' || at === 0)
        throw optionError(option, value, { wanted: 'name=value or name', example: 'team=web' });
      return at < 0 ? [value, ''] : [value.slice(0, at), value.slice(at + 1)];
    }),
  );
}
