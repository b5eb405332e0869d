import type { z } from 'zod';
import { flag, list, mostSteps, nonEmptyText, record, text, textMap } from './fields.ts';
import { hooksSchema } from './hooks.ts';
import { linuxSchema } from './linux.ts';
import { mountSchema } from './mount.ts';
import { fitNamespaces } from './namespace-rules.ts';
import { processSchema } from './process.ts';

/** What SemVer 2.0.0 is made of: a number, a word of a pre-release, one of a build. */
const part = {
  number: '(?:0|[1-9]\\d*)',
  word: '(?:0|[1-9]\\d*|\\d*[A-Za-z-][\\dA-Za-z-]*)',
  build: '[\\dA-Za-z-]+',
};
const preRelease = `(?:-${part.word}(?:\\.${part.word})*)?`;
const build = `(?:\\+${part.build}(?:\\.${part.build})*)?`;
const version = new RegExp(`^1\\.${part.number}\\.${part.number}${preRelease}${build}$`);

/**
 * Versions of the specification that berth reads: all of the first major one. Later minor ones too, as every engine
 * writes the version of the library that it was built with; the fields that they add are refused by name.
 */
const ociVersion = text.refine((value) => version.test(value), {
  error: 'a version of the specification from 1.0.0 to below 2.0.0, such as "1.2.1" (SemVer 2.0.0)',
});

/** Bytes that the kernel keeps of a host's name (__NEW_UTS_LEN of include/uapi/linux/utsname.h). */
const longestName = 64;

/** A name for uname(2); empty means none, as Go programs write it. */
const hostName = text
  .refine((name) => Buffer.byteLength(name) <= longestName, {
    error: `a name of at most ${longestName} bytes`,
  })
  .transform((name) => (name === '' ? undefined : name));

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
  hostname: hostName.optional(),
  domainname: hostName.optional(),
  /** In the order in which they are made. */
  mounts: list(mountSchema, mostSteps),
  annotations: textMap(),
  hooks: hooksSchema.prefault({}),
  linux: linuxSchema.prefault({}),
}).superRefine(fitNamespaces);

/** What a container is to be: parsed, deeply read-only, with the lists and switches that were absent filled in. */
export type Spec = z.infer<typeof specSchema>;

/** What one may write in a config.json: the same, before the defaults are filled in. */
export type SpecInput = z.input<typeof specSchema>;

/** The container's root file system. */
export type Root = z.infer<typeof rootSchema>;
