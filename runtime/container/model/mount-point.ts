import { z } from 'zod';

import { flag, integer, text, textMap } from './container-config.ts';

const bindOptionsSchema = z.object({
  Propagation: text,
  NonRecursive: flag,
  CreateMountpoint: flag,
  ReadOnlyNonRecursive: flag,
  ReadOnlyForceRecursive: flag,
});

const tmpfsOptionsSchema = z.object({
  /** Limit in bytes; 0 is none. */
  SizeBytes: integer,
  /** Permission bits; 0 is 1777. */
  Mode: integer,
  Options: z.array(z.array(z.string())).nullable().default(null),
});

const volumeOptionsSchema = z.object({
  NoCopy: flag,
  Labels: textMap,
  DriverConfig: z.object({ Name: text, Options: textMap }).nullable().default(null),
  Subpath: text,
});

/** One item of `HostConfig.Mounts` (`docker run --mount`). */
export const mountPointSchema = z.object({
  /** One that nobody knows is refused by name, as Docker does. */
  Type: text,
  Source: text,
  Target: text,
  ReadOnly: flag,
  Consistency: text,
  BindOptions: bindOptionsSchema.nullable().default(null),
  TmpfsOptions: tmpfsOptionsSchema.nullable().default(null),
  VolumeOptions: volumeOptionsSchema.nullable().default(null),
  ImageOptions: z.object({ Subpath: text }).nullable().default(null),
  ClusterOptions: z.looseObject({}).nullable().default(null),
});

/** A parsed item of `HostConfig.Mounts`. */
export type MountRequest = Readonly<z.infer<typeof mountPointSchema>>;
