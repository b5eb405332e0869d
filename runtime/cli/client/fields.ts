import { BerthError } from '../../errors/berth-error.ts';

/**
 * A JSON object of the API. Read by hand instead of by a schema library: loading one takes longer than the whole
 * of `berth ps` (70 ms against 40).
 */
export type Fields = Readonly<Record<string, unknown>>;

function invalid(what: string, wanted: string, found: unknown): BerthError {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found);
  return new BerthError('API_RESPONSE_INVALID', {
    message: `the daemon's answer has ${shown} as '${what}', wanted ${wanted}`,
    remedy: 'Check that the address belongs to berth or another Docker Engine API.',
    details: { problem: 'field', field: what, found: shown, wanted },
  });
}

/**
 * `value` as a JSON object.
 *
 * @throws API_RESPONSE_INVALID
 */
export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(what, 'an object', value);
  }
  return value as Fields;
}

/**
 * `value` as a list; Go writes an empty one as `null`.
 *
 * @throws API_RESPONSE_INVALID
 */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw invalid(what, 'a list', value);
  return value;
}

/**
 * The text at `key`.
 *
 * @throws API_RESPONSE_INVALID when it is something else or missing
 */
export function textAt(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string') throw invalid(key, 'a text', value);
  return value;
}

/** The text at `key`; empty when there is none. */
export function optionalText(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
}

/**
 * The number at `key`.
 *
 * @throws API_RESPONSE_INVALID when it is something else or missing
 */
export function numberAt(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number') throw invalid(key, 'a number', value);
  return value;
}

/** The number at `key`; 0 when there is none. */
export function optionalNumber(fields: Fields, key: string): number {
  const value = fields[key];
  return typeof value === 'number' ? value : 0;
}

/** Whether `key` is `true`. */
export function flagAt(fields: Fields, key: string): boolean {
  return fields[key] === true;
}

/** The object at `key`; an empty one when there is none. */
export function fieldsAt(fields: Fields, key: string): Fields {
  const value = fields[key];
  return value === null || value === undefined ? {} : fieldsOf(value, key);
}

/**
 * The texts at `key`; none when it is missing or `null`.
 *
 * @throws API_RESPONSE_INVALID
 */
export function textsAt(fields: Fields, key: string): readonly string[] {
  return listOf(fields[key], key).map((value) => {
    if (typeof value !== 'string') throw invalid(key, 'a list of texts', value);
    return value;
  });
}

/** The texts in the object at `key`, such as labels. */
export function textMapAt(fields: Fields, key: string): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsAt(fields, key));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
