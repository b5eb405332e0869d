import type { z } from 'zod';
import { list, record, uint32, userOrGroupId } from './fields.ts';

/** Lines that the kernel takes in a uid_map or gid_map, since Linux 4.15 (user_namespaces(7)). */
const maxLines = 340;

/** One past the highest id: the last, 2^32 - 1, stands for "no change" in many calls, and cannot be mapped. */
const idEnd = 0xffff_ffff;

const mappingSchema = record({
  containerID: userOrGroupId,
  hostID: userOrGroupId,
  size: uint32.refine((count) => count > 0, { error: 'a number above 0' }),
});

/** A range of ids of a user namespace. */
export type IdMapping = z.infer<typeof mappingSchema>;

const sides = ['containerID', 'hostID'] as const;

/** What the kernel would refuse with a bare EINVAL is refused by its place in the list. */
function mappable(
  mappings: readonly IdMapping[],
  context: z.RefinementCtx<readonly IdMapping[]>,
): void {
  const problem = (path: PropertyKey[], message: string): void => {
    context.addIssue({ code: 'custom', path, message });
  };
  if (mappings.length > maxLines) problem([], `at most ${maxLines} ranges (user_namespaces(7))`);
  for (const [index, mapping] of mappings.entries()) {
    for (const side of sides) {
      const end = mapping[side] + mapping.size;
      if (end > idEnd) problem([index, side], `a range of ids that ends below ${idEnd}`);
      const other = mappings
        .slice(0, index)
        .findIndex((before) => before[side] < end && mapping[side] < before[side] + before.size);
      if (other >= 0) problem([index, side], `a range apart from that of the mapping ${other}`);
    }
  }
}

/** `linux.uidMappings` and its like: config-linux.md, "User namespace mappings"; user_namespaces(7). */
export const idMappingsSchema = list(mappingSchema).superRefine(mappable);

/** Those of a mount, which needs none. */
export const mountIdMappingsSchema = idMappingsSchema.unwrap().superRefine(mappable).optional();

/** Whether an id of the container is one of those that are mapped. */
export function isMapped(id: number, mappings: readonly IdMapping[]): boolean {
  return mappings.some(({ containerID, size }) => id >= containerID && id < containerID + size);
}
