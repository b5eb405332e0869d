import type { z } from 'zod';
import { absolutePath, integer, list, nonEmptyText, record, text } from './fields.ts';

/** Seconds: 68 years; what is above fits into no timer. */
const longestTimeout = 0x7fff_ffff;

const hookSchema = record({
  /** Resolved on the host, but for `startContainer`, where it is resolved in the container. */
  path: absolutePath,
  /** As for execv(3), so with the name of the program first; empty: the path alone. */
  args: list(text),
  /** Absent: what the caller of the runtime chooses (see `HooksPlan`); an empty list is an empty environment. */
  env: list(nonEmptyText).unwrap().optional(),
  /** Seconds after which the hook is killed and has failed; absent: no limit. */
  timeout: integer(1, longestTimeout).optional(),
});

/** `hooks` of a config: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md#posix-platform-hooks */
export const hooksSchema = record({
  prestart: list(hookSchema),
  createRuntime: list(hookSchema),
  createContainer: list(hookSchema),
  startContainer: list(hookSchema),
  poststart: list(hookSchema),
  poststop: list(hookSchema),
});

/** A program that is run at a moment of a container's life. */
export type Hook = z.infer<typeof hookSchema>;

/** All hooks of a container, by their kind. */
export type Hooks = z.infer<typeof hooksSchema>;

/** A container without any. */
export const noHooks: Hooks = hooksSchema.parse({});
