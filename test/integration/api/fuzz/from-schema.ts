import fc from 'fast-check';
import type { z } from 'zod';

/** What a schema is made of, as zod 4 keeps it. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
}

/** Values of the leaves. */
export interface Leaves {
  readonly words: readonly string[];
  /** Values of single fields, wherever they are, instead of what their schema allows. */
  readonly fixed: Readonly<Record<string, unknown>>;
}

/** Around the limits that programs have: of bytes, of signed words, of Go's and JavaScript's whole numbers. */
const numbers = [
  ...[0, 1, -1, -2, 2, 100, 512, 1024, 65535, 65536, 2 ** 31, -(2 ** 31), 2 ** 32, 1e12],
  ...[Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
];

/** Input that a schema takes, most of its fields left out. */
export function fromSchema(schema: z.ZodType, leaves: Leaves): fc.Arbitrary<unknown> {
  // zod types its definitions by the schema's class, which is not known here.
  const definition = (schema as unknown as { readonly def: Definition }).def;
  const inner = (one: z.ZodType | undefined): fc.Arbitrary<unknown> =>
    one === undefined ? fc.constant(null) : fromSchema(one, leaves);
  const word = fc.constantFrom(...leaves.words);
  switch (definition.type) {
    case 'string':
      return word;
    case 'number':
    case 'int':
      return fc.constantFrom(...numbers);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'enum':
      return fc.constantFrom(...Object.values(definition.entries ?? {}));
    case 'literal':
      return fc.constantFrom(...(definition.values ?? []));
    case 'nullable':
    case 'optional':
    case 'default':
    case 'prefault':
      return fc.option(inner(definition.innerType), { freq: 6, nil: null });
    case 'pipe':
      return inner(definition.in);
    case 'array':
      return fc.array(inner(definition.element), { maxLength: 3 });
    case 'record':
      return fc.dictionary(word, inner(definition.valueType), { maxKeys: 3 });
    case 'union':
      return fc.oneof(...(definition.options ?? []).map(inner));
    case 'object':
      return ofShape(definition.shape ?? {}, leaves);
    default:
      // What anything may be.
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function ofShape(
  shape: Readonly<Record<string, z.ZodType>>,
  leaves: Leaves,
): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const fields = Object.entries(shape).map(([name, schema]) => {
    const value = Object.hasOwn(leaves.fixed, name)
      ? fc.constant(leaves.fixed[name])
      : fromSchema(schema, leaves);
    return fc.tuple(fc.constant(name), value);
  });
  if (fields.length === 0) return fc.constant({});
  // A body with all fields at once fails at the first of them that cannot be: a few reach further.
  return fc
    .tuple(fc.shuffledSubarray(fields, { maxLength: Math.min(4, fields.length) }))
    .chain(([some]) => fc.tuple(...some))
    .map((entries) => Object.fromEntries(entries) as Readonly<Record<string, unknown>>);
}
