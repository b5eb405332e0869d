import { z } from 'zod';

/*
 * Lists and objects of a config, which may come from anywhere: what one costs is bounded, whatever is in it. Its first faults
 * are named, and what comes behind them is not looked at.
 */

/** So many faults of one list or object are named; there may be some more of the same part. */
const mostFaults = 20;
/** Items that are looked at together. */
const partSize = 100;
/** More than any config that an engine writes. */
export const mostItems = 100_000;

/** How long something may be. */
export interface Bounds {
  /** Items. */
  readonly most?: number;
}

/** What an issue says that stands for items which were not looked at, in its `params`. */
export interface Unread {
  readonly unread: number;
}

type BoundedList<Item extends z.ZodType> = z.ZodPipe<
  z.ZodCustom<readonly z.input<Item>[], readonly z.input<Item>[]>,
  z.ZodTransform<readonly z.output<Item>[], readonly z.input<Item>[]>
>;

/** A list of a kind of items. */
export function boundedList<Item extends z.ZodType>(
  item: Item,
  { most = mostItems }: Bounds = {},
): BoundedList<Item> {
  const part = z.array(item);
  return z
    .custom<readonly z.input<Item>[]>(Array.isArray, { error: 'a list' })
    .refine(({ length }) => length <= most, { error: `a list of at most ${most} items` })
    .transform((items, context): readonly z.output<Item>[] => {
      const read: z.output<Item>[] = [];
      let faults = 0;
      for (let at = 0; at < items.length; at += partSize) {
        const result = part.safeParse(items.slice(at, at + partSize));
        if (result.success) {
          for (const each of result.data) read.push(each);
          continue;
        }
        for (const issue of result.error.issues) addBelow(context, issue, at);
        faults += result.error.issues.length;
        const unread = items.length - at - partSize;
        if (faults < mostFaults || unread <= 0) continue;
        addUnread(context, unread);
        break;
      }
      return read;
    });
}

/** An object from names to what `isRight` takes. */
export function boundedMap<Value>(
  isRight: (value: unknown) => value is Value,
  { error, wanted, most = mostItems }: Bounds & { readonly error: string; readonly wanted: string },
): z.ZodReadonly<z.ZodCustom<Record<string, Value>, Record<string, Value>>> {
  return z
    .custom<Record<string, Value>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      { error },
    )
    .superRefine((map, context) => {
      const entries = Object.entries<unknown>(map);
      if (entries.length > most) {
        context.addIssue({ code: 'custom', message: `an object of at most ${most} fields` });
        return;
      }
      let faults = 0;
      for (const [index, [name, value]] of entries.entries()) {
        if (isRight(value)) continue;
        context.addIssue({ code: 'custom', path: [name], message: wanted });
        faults += 1;
        const unread = entries.length - index - 1;
        if (faults < mostFaults || unread === 0) continue;
        addUnread(context, unread);
        break;
      }
    })
    .readonly();
}

/** An issue of an item, whose path begins in its part of the list. */
function addBelow(
  context: z.RefinementCtx,
  { message, path, ...issue }: z.core.$ZodIssue,
  at: number,
): void {
  const [index, ...rest] = path;
  const params = issue.code === 'custom' ? issue.params : undefined;
  context.addIssue({
    code: 'custom',
    path: [at + Number(index), ...rest],
    message,
    ...(params && { params }),
  });
}

function addUnread(context: z.RefinementCtx, unread: number): void {
  context.addIssue({ code: 'custom', message: 'less of it', params: { unread } satisfies Unread });
}
