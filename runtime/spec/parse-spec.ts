import type { z } from 'zod';
import { BerthError } from '../errors/berth-error.ts';
import type { Unread } from './bounded.ts';
import { parsePreciseJson, stringifyPrecise } from './precise-json.ts';
import { specSchema } from './spec.ts';
import type { Spec } from './spec.ts';
import { unsupportedFields } from './unsupported.ts';

/** One thing that is wrong with a config. */
interface Problem {
  /** Such as `process.args[0]`. */
  readonly field: string;
  readonly seen: string;
  readonly wanted: string;
}

/**
 * Drops fields that are null: Go programs write an absent list as null, and runc takes it for absent. A null within a
 * list stays, and is refused.
 */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  // What is a text or a number has nothing in it, and most lists have nothing else.
  if (Array.isArray(value)) return value.some(isObject) ? value.map(withoutNulls) : value;
  const fields = Object.values(value);
  if (!fields.some((field) => field === null || isObject(field))) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => child !== null)
      .map(([key, child]) => [key, withoutNulls(child)]),
  );
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`;
    return name === '' ? String(key) : `${name}.${String(key)}`;
  }, '');
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    json,
  );
}

/** Characters. */
const mostShown = 80;

/** The value as a person would write it, short enough for a message. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  // Its beginning is enough, and it may be long.
  const written = stringifyPrecise(Array.isArray(value) ? value.slice(0, mostShown) : value);
  return written.length > mostShown ? `${written.slice(0, mostShown - 3)}...` : written;
}

/** A config may come from anywhere: with a problem in each of a thousand lists it is not repeated whole. */
const mostProblems = 20;

/** What is wrong, the first of it, and in words what is not told. */
function problemsOf(
  { issues }: z.ZodError,
  json: unknown,
): { readonly problems: readonly Problem[]; readonly more: readonly string[] } {
  const unread = issues.filter((issue) => unreadBy(issue) > 0);
  const found = issues.length - unread.length;
  const problems = issues
    .filter((issue) => unreadBy(issue) === 0)
    .slice(0, mostProblems)
    .map((issue) => ({
      field: fieldName(issue.path) || 'config',
      seen: shown(valueAt(json, issue.path)),
      wanted: issue.message,
    }));
  const more = found - problems.length;
  const skipped = unread
    .slice(0, mostProblems)
    .map((issue) => `${unreadBy(issue)} more of '${fieldName(issue.path)}' not looked at`);
  return { problems, more: [...(more > 0 ? [`and ${more} more`] : []), ...skipped] };
}

function unreadBy(issue: z.core.$ZodIssue): number {
  const { unread = 0 } = (issue.code === 'custom' ? (issue.params ?? {}) : {}) as Partial<Unread>;
  return unread;
}

/**
 * Reads an OCI runtime-spec 1.x config (https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md).
 * Unknown fields are ignored, as the specification demands.
 *
 * @param json what JSON.parse gave, or an object of type `SpecInput`.
 * @throws SPEC_INVALID a field has a wrong type or value; details.problems has the first of them.
 * @throws SPEC_UNSUPPORTED the config asks for something berth cannot do yet; details.fields names it.
 */
export function parseSpec(json: unknown): Spec {
  const cleaned = withoutNulls(json);
  const result = specSchema.safeParse(cleaned);
  if (!result.success) {
    const { problems, more } = problemsOf(result.error, cleaned);
    const words = problems.map(
      ({ field, seen, wanted }) => `'${field}' is ${seen}, wanted ${wanted}`,
    );
    throw new BerthError('SPEC_INVALID', {
      message: [...words, ...more].join('; '),
      remedy: 'Correct the named fields of the OCI config.',
      details: { problems },
      cause: result.error,
    });
  }
  const fields = unsupportedFields(cleaned);
  if (fields.length > 0) {
    throw new BerthError('SPEC_UNSUPPORTED', {
      message: `the config sets '${fields.join("', '")}', wanted only what berth can carry out`,
      remedy: 'Remove the named fields, or run this container with another runtime.',
      details: { fields },
    });
  }
  return result.data;
}

/**
 * Reads the text of a config.json. Unlike `parseSpec(JSON.parse(text))` it keeps numbers above 2^53 exact.
 *
 * @throws SPEC_INVALID also when the text is no JSON.
 * @throws SPEC_UNSUPPORTED
 */
export function parseSpecText(text: string): Spec {
  return parseSpec(parsePreciseJson(text));
}
