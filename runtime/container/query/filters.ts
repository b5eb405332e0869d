import { BerthError } from '../../errors/berth-error.ts';

/** Filters of a list request: for each key, the values of which one must match (labels: all). */
export type Filters = ReadonlyMap<string, readonly string[]>;

/** No filters at all. */
export const noFilters: Filters = new Map();

/** @throws FILTER_INVALID a key is not among `known` */
export function refuseUnknownFilters(filters: Filters, known: readonly string[]): void {
  for (const key of filters.keys()) {
    if (known.includes(key)) continue;
    throw new BerthError('FILTER_INVALID', {
      message: `invalid filter '${key}'`,
      remedy: `Filters are: ${known.join(', ')}.`,
      details: { filter: key },
    });
  }
}

/** An error about a filter's value, with Docker's reason. */
export function refusedFilterValue(key: string, value: string, why: string): BerthError {
  return new BerthError('FILTER_INVALID', {
    message: `invalid filter '${key}=${value}': ${why}`,
    remedy: 'Correct the value.',
    details: { filter: key, value },
  });
}

/** An error about a filter's value. */
export function invalidFilterValue(key: string, value: string, wanted: string): BerthError {
  return refusedFilterValue(key, value, `wanted ${wanted}`);
}

/** The values that Docker takes for yes and no, anywhere in a filter. */
const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  false: false,
  '0': false,
};

/** The value of a yes-or-no filter; `undefined` when it is not set. @throws FILTER_INVALID in Docker's words */
export function booleanFilter(filters: Filters, key: string): boolean | undefined {
  const values = filters.get(key);
  if (values === undefined) return undefined;
  const given = new Set(values.flatMap((value) => booleans[value] ?? []));
  const [meaning] = given;
  if (given.size === 1) return meaning;
  const shown = values.length === 0 ? '' : `=[${values.join(' ')}]`;
  throw new BerthError('FILTER_INVALID', {
    message: `invalid filter '${key}${shown}'`,
    remedy: 'Give "true" or "false".',
    details: { filter: key, value: values },
  });
}

/** Whether labels have each wanted `key` or `key=value`. */
export function matchesLabels(
  wanted: readonly string[],
  labels: Readonly<Record<string, string>>,
): boolean {
  return wanted.every((item) => {
    const at = item.indexOf('=');
    if (at === -1) return Object.hasOwn(labels, item);
    return labels[item.slice(0, at)] === item.slice(at + 1);
  });
}

/** Whether `text` matches one of the patterns: regular expressions, as Docker takes them, or the text itself. */
export function matchesPattern(
  key: string,
  patterns: readonly string[],
  texts: readonly string[],
): boolean {
  return patterns.some((pattern) => {
    if (texts.includes(pattern)) return true;
    const expression = compile(key, pattern);
    return texts.some((text) => expression.test(text));
  });
}

function compile(key: string, pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch {
    throw invalidFilterValue(key, pattern, 'a regular expression');
  }
}
