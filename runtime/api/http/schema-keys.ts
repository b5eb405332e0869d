import { z } from 'zod';

/** Names of an object's fields, by the same in small letters. */
const foldedNames = new WeakMap<z.ZodObject, ReadonlyMap<string, string>>();

/**
 * The same JSON with the names of fields as the schema has them: Docker reads `{"image": "alpine"}` as `{"Image": "alpine"}`, as
 * Go's encoding/json does. A name that the schema has as it is stays; of two that mean the same field the last counts.
 * Keys of maps, such as labels, and what the schema does not know stay as they are.
 */
export function withSchemaKeys(schema: z.core.$ZodType, json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (schema instanceof z.ZodObject) return Array.isArray(json) ? json : objectKeys(schema, json);
  if (schema instanceof z.ZodArray) {
    return Array.isArray(json) ? json.map((item) => withSchemaKeys(schema.element, item)) : json;
  }
  if (schema instanceof z.ZodRecord) return mapValues(schema.valueType, json);
  if (schema instanceof z.ZodUnion) {
    return schema.options.reduce<unknown>((found, option) => withSchemaKeys(option, found), json);
  }
  if (schema instanceof z.ZodPipe) return withSchemaKeys(schema.in, json);
  return isWrapper(schema) ? withSchemaKeys(schema.unwrap(), json) : json;
}

function isWrapper(schema: z.core.$ZodType) {
  return (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  );
}

function objectKeys(schema: z.ZodObject, json: object): object {
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  const found = new Map<string, unknown>();
  const entries: readonly (readonly [string, unknown])[] = Object.entries(json);
  for (const [key, value] of entries) {
    const name = Object.hasOwn(shape, key) ? key : nameFor(schema, key);
    const field = name === undefined ? undefined : shape[name];
    found.set(name ?? key, field === undefined ? value : withSchemaKeys(field, value));
  }
  return Object.fromEntries(found);
}

function nameFor(schema: z.ZodObject, key: string): string | undefined {
  let names = foldedNames.get(schema);
  if (names === undefined) {
    names = new Map(Object.keys(schema.shape).map((name) => [name.toLowerCase(), name]));
    foldedNames.set(schema, names);
  }
  return names.get(key.toLowerCase());
}

function mapValues(schema: z.core.$ZodType, json: object): unknown {
  if (Array.isArray(json)) return json;
  const entries = Object.entries(json);
  return Object.fromEntries(entries.map(([key, value]) => [key, withSchemaKeys(schema, value)]));
}
