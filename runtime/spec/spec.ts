import type { z } from 'zod';
import { flag, list, nonEmptyText, record, text, textMap } from './fields.ts';
import { hooksSchema } from './hooks.ts';
import { linuxSchema } from './linux.ts';
import { mountSchema } from './mount.ts';
import { fitNamespaces } from './namespace-rules.ts';
import { processSchema } from './process.ts';

/** Versions of the specification that berth reads: every 1.x is compatible with those before it. */
const ociVersion = text.refine((value) => /^1\.\d+\.\d+(?:[-+].+)?$/.test(value), {
  error: 'a version of the specification that begins with "1.", such as "1.2.1"',
});

const rootSchema = record({
  /** Absolute, or from the bundle's folder. */
  path: nonEmptyText,
  readonly: flag.default(false),
});

/** A whole config.json: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md */
export const specSchema = record({
  ociVersion,
  process: processSchema,
  root: rootSchema,
  hostname: text.optional(),
  domainname: text.optional(),
  /** In the order in which they are made. */
  mounts: list(mountSchema),
  annotations: textMap,
  hooks: hooksSchema.prefault({}),
  linux: linuxSchema.prefault({}),
}).superRefine(fitNamespaces);

/** What a container is to be: parsed, deeply read-only, with the lists and switches that were absent filled in. */
export type Spec = z.infer<typeof specSchema>;

/** What one may write in a config.json: the same, before the defaults are filled in. */
export type SpecInput = z.input<typeof specSchema>;

/** The container's root file system. */
export type Root = z.infer<typeof rootSchema>;
