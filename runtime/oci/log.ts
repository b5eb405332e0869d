import { isBerthError } from '../errors/berth-error.ts';
import type { Clock } from '../host/clock.ts';
import { appendNow, writeNow } from '../host/write-now.ts';
import { inEngineWords } from './engine-words.ts';

/** Where engines want to read what went wrong, and how it is written. */
export interface LogTarget {
  /** A file, to which is added; absent: standard error. */
  readonly file?: string | undefined;
  readonly format: 'text' | 'json';
  readonly level: 'info' | 'debug';
}

type Level = 'debug' | 'warning' | 'error';

const standardError = 2;

/**
 * The log of one command, with the fields that engines look for (level, msg, time: those of logrus, which runc writes
 * with), and besides them berth's own: code and remedy.
 */
export class OciLog {
  readonly #target: LogTarget;
  readonly #clock: Clock;

  constructor(target: LogTarget, clock: Clock) {
    this.#target = target;
    this.#clock = clock;
  }

  /** Makes the file when it is new, and throws Node.js' error when it cannot be written. */
  open(): void {
    if (this.#target.file !== undefined) appendNow(this.#target.file, '');
  }

  /** What only matters to who looks for a mistake; written with --debug. */
  debug(message: string): void {
    if (this.#target.level === 'debug') this.#write('debug', { msg: message });
  }

  /** What was asked for and is not done. */
  warn(message: string): void {
    this.#write('warning', { msg: message });
  }

  /** Why the command ends: in the log, and on standard error when that is not the log itself. */
  error(error: unknown): void {
    const { message, code, remedy } = described(error);
    const msg = code === undefined ? message : `${message} (${code})`;
    this.#write('error', { msg, code, remedy });
    if (this.#target.file === undefined) return;
    const text = remedy === undefined ? `${msg}\n` : `${msg}\n  remedy: ${remedy}\n`;
    isTold(() => {
      writeNow(standardError, text);
    });
  }

  #write(level: Level, fields: Readonly<Record<string, string | undefined>>): void {
    const time = new Date(this.#clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const { file, format } = this.#target;
    const line =
      format === 'json'
        ? JSON.stringify({ level, ...fields, time })
        : [`time=${quoted(time)}`, `level=${level}`, ...Object.entries(fields).flatMap(pair)].join(
            ' ',
          );
    if (
      file === undefined ||
      !isTold(() => {
        appendNow(file, `${line}\n`);
      })
    )
      isTold(() => {
        writeNow(standardError, `${line}\n`);
      });
  }
}

/** A log that cannot be written, as on a full disk, is no reason to end a container. */
function isTold(tell: () => void): boolean {
  try {
    tell();
    return true;
  } catch {
    return false;
  }
}

const pair = ([name, value]: readonly [string, string | undefined]): readonly string[] =>
  value === undefined ? [] : [`${name}=${quoted(value)}`];

/** As logrus: what is more than a plain word is in quotes. */
function quoted(value: string): string {
  return /^[\w.^@+:/-]+$/.test(value) && !value.includes(':') ? value : JSON.stringify(value);
}

function described(error: unknown): {
  readonly message: string;
  readonly code: string | undefined;
  readonly remedy: string | undefined;
} {
  if (isBerthError(error)) {
    return { message: inEngineWords(error), code: error.code, remedy: error.remedy };
  }
  // Of Node.js, such as "ENOENT: no such file or directory, open '/x'".
  const message = error instanceof Error ? error.message : String(error);
  return { message, code: undefined, remedy: undefined };
}
