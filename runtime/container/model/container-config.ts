import { z } from 'zod';

/** Go writes an empty slice or map as null, and reads a missing field as its zero value. So do these. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
export const integer = z
  .int()
  .nullish()
  .transform((value) => value ?? 0);
export const texts = z.array(z.string()).nullable().default(null);
export const textMap = z.record(z.string(), z.string()).nullable().default(null);
/** A Go `map[string]struct{}`: the keys count. */
const keys = z.record(z.string(), z.unknown()).nullable().default(null);
/** Docker takes a single string where it wants a list of arguments. */
export const argumentList = z
  .union([z.array(z.string()), z.string().transform((value) => [value])])
  .nullable()
  .default(null);

/** Nanoseconds; 0: the default. Go's range is wider than that of exact numbers here. */
const nanoseconds = z
  .number()
  .refine(Number.isInteger, 'not a whole number')
  .nullish()
  .transform((value) => value ?? 0);

/** `HealthConfig` of Docker Engine API 1.51. */
export const healthcheckSchema = z.object({
  /** Empty: the image's. `NONE`; `CMD` and a program with its arguments; `CMD-SHELL` and a line for the shell. */
  Test: texts,
  Interval: nanoseconds,
  Timeout: nanoseconds,
  StartPeriod: nanoseconds,
  StartInterval: nanoseconds,
  Retries: integer,
});

/** How a container is asked whether it works. */
export type HealthConfig = Readonly<z.infer<typeof healthcheckSchema>>;

/**
 * What runs in a container, independent of the host: `ContainerConfig` of Docker Engine API 1.51, with Docker's own
 * field names. Every field is there after parsing.
 */
export const containerConfigSchema = z.object({
  Hostname: text,
  Domainname: text,
  /** `user`, `uid`, `user:group`, `uid:gid` and the mixed forms. */
  User: text,
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  ExposedPorts: keys,
  Tty: flag,
  OpenStdin: flag,
  /** Standard input ends when the first attached client that had it goes away. */
  StdinOnce: flag,
  Env: texts,
  Cmd: argumentList,
  Healthcheck: healthcheckSchema.nullable().default(null),
  ArgsEscaped: flag,
  /** As the client named it. */
  Image: text,
  Volumes: keys,
  WorkingDir: text,
  Entrypoint: argumentList,
  NetworkDisabled: flag,
  MacAddress: text,
  OnBuild: texts,
  Labels: textMap,
  StopSignal: text,
  /** Seconds; -1 waits for ever. */
  StopTimeout: z.int().min(-1).nullable().default(null),
  Shell: texts,
});

/** A parsed `ContainerConfig`. */
export type ContainerConfig = Readonly<z.infer<typeof containerConfigSchema>>;
