import { z } from 'zod';

/** The version of the record that this berth writes. */
export const networkRecordVersion = 1;

const labels = z.record(z.string(), z.string()).default({});

/** A subnet of a network: an item of `IPAM.Config` in Docker Engine API 1.51, with what berth chose for what was left out. */
const subnetSchema = z.object({
  /** `172.18.0.0/16`. */
  subnet: z.string(),
  /** The part of it that addresses are chosen from. */
  range: z.string().optional(),
  /** Absent: nobody is the gateway. */
  gateway: z.string().optional(),
  /** Addresses that no container gets, by names. */
  auxiliary: labels,
  /** Whether somebody asked for this subnet: only there may containers ask for certain addresses. */
  origin: z.enum(['asked', 'pool']),
});

/** A network as `networks/ID.json` keeps it. */
export const networkRecordSchema = z.object({
  version: z.literal(networkRecordVersion),
  /** 64 hexadecimal digits. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string(),
  /** Milliseconds since 1970. */
  createdMs: z.number(),
  /** Such as `bridge`; `null` is that of the network `none`. */
  driver: z.string(),
  ipv4: z.boolean(),
  ipv6: z.boolean(),
  internal: z.boolean(),
  attachable: z.boolean(),
  /** It only lends its configuration to others. */
  configOnly: z.boolean(),
  /** Name of the network whose configuration it has. */
  configFrom: z.string(),
  subnets: z.array(subnetSchema).readonly(),
  ipamOptions: labels.nullable(),
  options: labels,
  labels,
});

/** A network's record; values are replaced, never changed. */
export type NetworkRecord = Readonly<z.infer<typeof networkRecordSchema>>;

/** A subnet of a record. */
export type SubnetRecord = Readonly<z.infer<typeof subnetSchema>>;

/** Networks that are always there, and that nobody can make or remove; their names are Docker's. */
export const predefinedNames = ['bridge', 'host', 'none'] as const;

/** Whether a name is that of a network that is always there. `default` stands for the one that containers have who do not say. */
export function isPredefined(name: string): boolean {
  return name === 'default' || predefinedNames.some((predefined) => predefined === name);
}
