import type { Clock } from '../../host/clock.ts';
import type { Container } from '../lifecycle/container.ts';
import { isLive } from '../model/container-state.ts';
import { followLog } from './follow-log.ts';
import { LogEncoder } from './log-encoder.ts';
import type { OutputStream } from './log-line.ts';
import { LogReader } from './log-reader.ts';
import { formatLogTime } from './log-time.ts';
import type { LogTime } from './log-time.ts';

/**
 * Who follows a log and is further behind than so many files misses some, so that a reader that stands still does not fill the disk
 * with what is long removed. Docker's misses what is not in the file that it is in, or in the newest.
 */
const mostFiles = 16;

/** Which part of a container's output is wanted. */
export interface LogQuery {
  readonly streams: readonly OutputStream[];
  /** `follow`: go on until the program ends. */
  readonly mode: 'snapshot' | 'follow';
  /** Lines written at this time or later. */
  readonly since?: LogTime | undefined;
  /** Lines written at this time or earlier. */
  readonly until?: LogTime | undefined;
  /** The last so many lines only, counted before streams and times are looked at, as Docker does. */
  readonly tail?: number | undefined;
  readonly timestamps?: boolean;
  /** Attributes of `--log-opt` before each line. */
  readonly details?: boolean;
}

/** What `readLogs` needs besides the query. */
export interface LogSource {
  readonly container: Container;
  readonly path: string;
  readonly rotates: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A container's output, as it goes to a client. Ends without an error when the signal is aborted. */
export async function* readLogs(source: LogSource, query: LogQuery): AsyncGenerator<Buffer> {
  const { container, path, rotates, clock } = source;
  const to = query.mode === 'follow' ? 'ever' : 'now';
  const log = await LogReader.open({
    path,
    rotates,
    from: query.tail ?? 'beginning',
    to,
    mostFiles,
  });
  const deadline = new AbortController();
  const signal = AbortSignal.any([source.signal, deadline.signal]);
  const encoder = encoderOf(container, query);
  try {
    // Looked at last: a program that has ended by now is no longer waited for.
    const follows = query.mode === 'follow' && isLive(container.record.state);
    if (follows && query.until !== undefined) abortAt(query.until, { clock, deadline, signal });
    const until = follows ? 'turn' : 'now';
    for await (const block of followLog({ container, log, until, signal })) {
      const bytes = encoder.encode(block);
      if (bytes.length > 0) yield bytes;
      if (encoder.isPast) return;
    }
  } finally {
    deadline.abort();
    await log.close();
  }
}

function encoderOf({ record }: Container, query: LogQuery): LogEncoder {
  const { streams, timestamps = false, details = false, since, until } = query;
  return new LogEncoder({
    framing: record.config.Tty ? 'raw' : 'lines',
    ...{ streams, timestamps, details },
    since: since && formatLogTime(since),
    until: until && formatLogTime(until),
  });
}

/** Ends the following at a time that may come while nothing is written. */
function abortAt(
  time: LogTime,
  {
    clock,
    deadline,
    signal,
  }: {
    readonly clock: Clock;
    readonly deadline: AbortController;
    readonly signal: AbortSignal;
  },
): void {
  const waitMs = Math.max(0, time.seconds * 1000 + time.nanoseconds / 1e6 - clock.now());
  // A rejection only says that the reader has gone before that.
  clock.sleep(waitMs, signal).then(
    () => {
      deadline.abort();
    },
    () => undefined,
  );
}
