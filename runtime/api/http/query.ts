import { BerthError } from '../../errors/berth-error.ts';

function invalid(name: string, value: string, wanted: string): BerthError {
  return new BerthError('API_REQUEST_INVALID', {
    message: `query parameter "${name}" is "${value}", wanted ${wanted}`,
    remedy: `Correct "${name}".`,
    details: { parameter: name, value },
  });
}

/** A request's query parameters, read as Docker reads them. */
export class Query {
  readonly #values: URLSearchParams;

  constructor(query: string) {
    this.#values = new URLSearchParams(query);
  }

  /** A text; empty when it is not there. */
  text(name: string): string {
    return this.#values.get(name) ?? '';
  }

  /** A text, or `undefined` when it is empty or not there. */
  optionalText(name: string): string | undefined {
    const value = this.text(name);
    return value === '' ? undefined : value;
  }

  /** All texts of a name that may be there several times. */
  all(name: string): readonly string[] {
    return this.#values.getAll(name);
  }

  /** A switch: everything is on that is not empty, `0`, `no`, `false` or `none` (httputils.BoolValue). */
  flag(name: string): boolean {
    return !['', '0', 'no', 'false', 'none'].includes(this.text(name).toLowerCase().trim());
  }

  /** As `flag`, with what counts when it is not there. */
  flagOr(name: string, fallback: 'on' | 'off'): boolean {
    return this.#values.has(name) ? this.flag(name) : fallback === 'on';
  }

  /** A whole number, or `undefined` when it is not there. @throws API_REQUEST_INVALID */
  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === '') return undefined;
    if (/^-?\d{1,15}$/.test(value)) return Number(value);
    throw invalid(name, value, 'a whole number');
  }

  /** One of some words, or `undefined` when it is empty or not there. @throws API_REQUEST_INVALID */
  word<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.text(name);
    if (value === '') return undefined;
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    throw invalid(name, value, `one of "${words.join('", "')}"`);
  }

  /**
   * The `filters` parameter: `{"name":["a"]}`, or `{"name":{"a":true}}` as Docker's own clients write it.
   *
   * @throws API_REQUEST_INVALID
   */
  filters(): ReadonlyMap<string, readonly string[]> {
    const value = this.text('filters');
    if (value === '') return new Map();
    const json = parseJson(value);
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw noFilters(value);
    return new Map(
      Object.entries(json).map(([key, given]) => [key, filterValues(value, given)] as const),
    );
  }
}

/** In Docker's words. */
function noFilters(value: string): BerthError {
  return new BerthError('API_REQUEST_INVALID', {
    message: 'invalid filter',
    remedy: 'Give "filters" as JSON such as {"name":["web"]}.',
    details: { parameter: 'filters', value },
  });
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw noFilters(value);
  }
}

function filterValues(whole: string, given: unknown): readonly string[] {
  if (Array.isArray(given) && given.every((item) => typeof item === 'string')) return given;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw noFilters(whole);
  const entries = Object.entries(given);
  if (!entries.every(([, on]) => typeof on === 'boolean')) throw noFilters(whole);
  return entries.filter(([, on]) => on === true).map(([item]) => item);
}
