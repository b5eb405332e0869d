import { z } from 'zod';

import { flag, text, texts } from '../model/container-config.ts';

const consoleSize = z
  .array(z.int().min(0).max(0xffff))
  .length(2)
  .nullish()
  .transform((value) => value ?? undefined);

/** The body of `POST /containers/{id}/exec`: `ExecConfig` of Docker Engine API 1.51. */
export const execConfigSchema = z.object({
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  /** Rows, columns. */
  ConsoleSize: consoleSize,
  /** Empty: Docker's own. */
  DetachKeys: text,
  Tty: flag,
  Env: texts,
  Cmd: texts,
  Privileged: flag,
  /** Empty: that of the container. */
  User: text,
  /** Empty: that of the container. */
  WorkingDir: text,
});

/** What a client wants to be executed. */
export type ExecConfig = Readonly<z.infer<typeof execConfigSchema>>;

/** The body of `POST /exec/{id}/start`. */
export const execStartSchema = z.object({
  Detach: flag,
  /** How output is framed: not at all with it. Docker's clients say what they said at creation. */
  Tty: flag,
  ConsoleSize: consoleSize,
});

/** A terminal's rows and columns. */
export type ConsoleSize = ExecConfig['ConsoleSize'];
