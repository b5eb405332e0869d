import { z } from 'zod';
import { fleetErrorMessages as m } from '../../../messages/areas/fleet-errors.ts';
import { isUserName } from './parse-address.ts';

/** A name or a label: a word that can be typed after `--only`. */
const word = z.string().regex(/^[\p{L}\p{N}_][\p{L}\p{N}_.=:@-]*$/u);

const upValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.union([z.string(), z.number()])),
]);

/** What can be said of a host, of a group for its hosts, and of all. */
const settings = {
  user: z
    .string()
    .refine(isUserName, { error: () => m.userInvalid() })
    .optional(),
  port: z.int().min(1).max(65_535).optional(),
  labels: z.array(word).optional(),
  /** Options of `berth up`, checked against `berth up` itself afterwards. */
  up: z.record(z.string(), upValue).optional(),
};

const hostFields = z.strictObject(
  { name: word.optional(), address: z.string().min(1), ...settings },
  {
    error: (issue) => (issue.code === 'invalid_type' ? m.hostForm() : undefined),
  },
);

/** A host, as its address or with all there is to say of it. */
const host = z.preprocess(
  (value) => (typeof value === 'string' ? { address: value } : value),
  hostFields,
);

/** A hosts file (docs/fleet.md). */
export const inventorySchema = z.strictObject({
  defaults: z.strictObject(settings).optional(),
  hosts: z.array(host).optional(),
  groups: z.record(word, z.strictObject({ ...settings, hosts: z.array(host) })).optional(),
});

/** What a hosts file says, once it has the right form. */
export type Inventory = z.infer<typeof inventorySchema>;

/** A host of a hosts file. */
export type InventoryHost = z.infer<typeof hostFields>;

/** What is said of a host, a group or all. */
export type InventorySettings = NonNullable<Inventory['defaults']>;
