import type { z } from 'zod';
import { BerthError } from '../errors/berth-error.ts';
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
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => child !== null)
      .map(([key, child]) => [key, withoutNulls(child)]),
  );
}

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

/** The value as a person would write it, short enough for a message. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const written = stringifyPrecise(value);
  return written.length > 80 ? `${written.slice(0, 77)}...` : written;
}

/** A config may come from anywhere: with a problem in each of a million items it is not repeated whole. */
const mostProblems = 20;

function problemsOf(error: z.ZodError, json: unknown): readonly Problem[] {
  return error.issues.slice(0, mostProblems).map((issue) => ({
    field: fieldName(issue.path) || 'config',
    seen: shown(valueAt(json, issue.path)),
    wanted: issue.message,
  }));
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
    const problems = problemsOf(result.error, cleaned);
    const more = result.error.issues.length - problems.length;
    const words = problems.map(
      ({ field, seen, wanted }) => `'${field}' is ${seen}, wanted ${wanted}`,
    );
    throw new BerthError('SPEC_INVALID', {
      message: [...words, ...(more > 0 ? [`and ${more} more`] : [])].join('; '),
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
