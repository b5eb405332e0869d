import { z } from 'zod';
import { type Bounds, boundedList, boundedMap } from './bounded.ts';

/**
 * The kinds of values that an OCI config is made of. The message of each is the thing that was wanted, as the second
 * half of "'process.args[0]' is 5, wanted a string".
 */

const uint32Max = 0xffff_ffff;
const uint64Max = 0xffff_ffff_ffff_ffffn;

/** A string without NUL: the kernel would cut it there, and the rest would silently be lost. */
export const text = z
  .string({ error: 'a string' })
  .refine((value) => !value.includes('\0'), { error: 'a string without NUL bytes' });

/** A string that is not empty. */
export const nonEmptyText = text.refine((value) => value !== '', {
  error: 'a string that is not empty',
});

/** A path that begins with a slash. */
export const absolutePath = text.refine((value) => value.startsWith('/'), {
  error: 'an absolute path, beginning with "/"',
});

/** `true` or `false`. */
export const flag = z.boolean({ error: 'true or false' });

/** A whole number from `minimum` to `maximum`. */
export function integer(minimum: number, maximum: number): z.ZodNumber {
  const error = `a whole number from ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
}

/** An unsigned 32-bit number. */
export const uint32 = integer(0, uint32Max);

/**
 * A user or a group. The highest number is none: to setresuid(2) and chown(2) it means "leave it as it is", and whoever
 * asks to be that user would go on as root (as in CVE-2024-40635).
 */
export const userOrGroupId = integer(0, uint32Max - 1);

/**
 * A 64-bit number that stays a JavaScript number. The limits of cgroups are such: 2^53 bytes or microseconds are
 * beyond any machine, so nothing is lost by refusing more.
 */
export const int64 = integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

/** As `int64`, and not below zero. */
export const size = integer(0, Number.MAX_SAFE_INTEGER);

/**
 * An unsigned 64-bit number that needs all of its bits (RLIM_INFINITY, seccomp arguments), so a bigint. JSON.parse
 * rounds such numbers: `parseSpecText` keeps them. The one rounded value that is accepted is 2^64, because it can
 * only have been RLIM_INFINITY, 2^64 - 1.
 */
export const uint64 = z
  .union([z.bigint(), z.number()], { error: 'a whole number from 0 to 2^64-1' })
  .transform((value, context): bigint => {
    if (value === Number(uint64Max)) return uint64Max;
    const exact = typeof value === 'bigint' || Number.isSafeInteger(value);
    const number = exact ? BigInt(value) : -1n;
    if (number >= 0n && number <= uint64Max) return number;
    context.addIssue({
      code: 'custom',
      message: 'a whole number from 0 to 2^64-1 (exact: numbers above 2^53 need parseSpecText)',
    });
    return z.NEVER;
  });

/** One of the given words. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
): z.ZodEnum<{ [K in Word]: K }> {
  return z.enum(words, { error: `one of "${words.join('", "')}"` });
}

/** Of what is a system call or more for each item, so that all of a start fits into one program. */
export const mostSteps: Bounds = { most: 10_000 };

/** A list; an absent one is empty. */
export function list<Item extends z.ZodType>(
  item: Item,
  bounds: Bounds = {},
): z.ZodDefault<ReturnType<typeof boundedList<Item>>> {
  return boundedList(item, bounds).default([]);
}

/** An object with the given fields. Unknown ones are dropped: config.md, "Extensibility", says MUST be ignored. */
export function record<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodReadonly<z.ZodObject<Shape>> {
  return z.object(shape, { error: 'an object' }).readonly();
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && !value.includes('\0');

/** An object from names to strings; an absent one is empty. */
export function textMap(bounds: Bounds = {}): z.ZodDefault<ReturnType<typeof boundedMap<string>>> {
  const wanted = 'a string without NUL bytes';
  return boundedMap(isText, { error: 'an object of strings', wanted, ...bounds }).default({});
}

/** Refuses lists in which two items have the same key, as the specification demands of rlimits and namespaces. */
export function withoutTwins<Item>(
  keyOf: (item: Item) => string,
): (items: readonly Item[], context: z.RefinementCtx<readonly Item[]>) => void {
  return (items, context) => {
    const seen = new Set<string>();
    for (const [index, item] of items.entries()) {
      const key = keyOf(item);
      if (seen.has(key)) {
        context.addIssue({ code: 'custom', path: [index], message: `"${key}" only once` });
        // One is enough to correct the list by, and there may be a hundred thousand.
        return;
      }
      seen.add(key);
    }
  };
}
