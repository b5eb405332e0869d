import { BerthError } from '../errors/berth-error.ts';

/**
 * `--filter name=value` options as the API wants them: JSON of `{name: [values]}`; `undefined` for none.
 *
 * @throws OPTION_INVALID
 */
export function filtersQuery(filters: readonly string[] | undefined): string | undefined {
  if (filters === undefined || filters.length === 0) return undefined;
  const byName: Record<string, string[]> = {};
  for (const filter of filters) {
    const at = filter.indexOf('=');
    if (at <= 0) {
      throw new BerthError('OPTION_INVALID', {
        message: `--filter is '${filter}', wanted name=value`,
        remedy: 'For example: --filter status=exited',
      });
    }
    (byName[filter.slice(0, at).toLowerCase()] ??= []).push(filter.slice(at + 1));
  }
  return JSON.stringify(byName);
}
