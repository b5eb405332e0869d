import { z } from 'zod';

import { isDigest } from './digest.ts';

/** A string that is a digest, as zod sees it at the edge. */
export const digestSchema = z.string().refine(isDigest, 'not a sha256 digest');

/** A processor and system (OCI image-spec 1.1, image-index.md, "platform"). */
export const platformSchema = z.looseObject({
  architecture: z.string().default(''),
  os: z.string().default(''),
  variant: z.string().optional(),
  'os.version': z.string().optional(),
});

/** Go writes an empty slice or map as null; both mean: none. */
const strings = z.array(z.string()).nullish();
const set = z.record(z.string(), z.unknown()).nullish();

const healthcheckSchema = z.looseObject({
  Test: strings,
  /** Nanoseconds, as are the other times here. */
  Interval: z.number().optional(),
  Timeout: z.number().optional(),
  StartPeriod: z.number().optional(),
  StartInterval: z.number().optional(),
  Retries: z.number().optional(),
});

const runConfigSchema = z.looseObject({
  User: z.string().optional(),
  ExposedPorts: set,
  Env: strings,
  Entrypoint: strings,
  Cmd: strings,
  Volumes: set,
  WorkingDir: z.string().optional(),
  Labels: z.record(z.string(), z.string()).nullish(),
  StopSignal: z.string().optional(),
  StopTimeout: z.number().nullish(),
  Shell: strings,
  OnBuild: strings,
  ArgsEscaped: z.boolean().optional(),
  Healthcheck: healthcheckSchema.nullish(),
});

const historySchema = z.looseObject({
  created: z.string().nullish(),
  created_by: z.string().optional(),
  author: z.string().optional(),
  comment: z.string().optional(),
  empty_layer: z.boolean().optional(),
});

/** An image's configuration blob (OCI image-spec 1.1, config.md). Docker's has the same fields and more. */
export const imageConfigSchema = platformSchema.extend({
  created: z.string().nullish(),
  author: z.string().optional(),
  comment: z.string().optional(),
  config: runConfigSchema.nullish(),
  rootfs: z.looseObject({ type: z.literal('layers'), diff_ids: z.array(digestSchema).nullable() }),
  history: z.array(historySchema).nullish(),
});

/** How to choose among the images of an index. */
export interface Platform {
  /** As Go names it: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly os: string;
  /** Such as `v8`. */
  readonly variant?: string | undefined;
}

/** An image's configuration, parsed. */
export type ImageConfig = z.infer<typeof imageConfigSchema>;

/** How a container of an image runs: the `config` field of its configuration. */
export type ImageRunConfig = z.infer<typeof runConfigSchema>;
