import type { Clock } from '../../host/clock.ts';
import type { Container } from '../lifecycle/container.ts';
import { isLive } from '../model/container-state.ts';
import { followLog } from './follow-log.ts';
import { LogFile } from './log-file.ts';
import { LineSplitter } from './log-piece.ts';
import type { LogPiece } from './log-piece.ts';
import type { LogRecord, OutputStream } from './log-record.ts';
import { tailOffset } from './log-tail.ts';
import { isBefore } from './log-time.ts';
import type { LogTime } from './log-time.ts';

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
  /** `lines`: whole lines, for times before each. `raw`: pieces as they came, which costs less. */
  readonly shape: 'lines' | 'raw';
}

/** What `readLogs` needs besides the query. */
export interface LogSource {
  readonly container: Container;
  readonly path: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * A container's output, in batches. Ends without an error when the signal is aborted.
 *
 * @throws LOG_CORRUPT, from the iteration
 */
export async function* readLogs(
  source: LogSource,
  query: LogQuery,
): AsyncGenerator<readonly LogPiece[]> {
  const from = query.tail === undefined ? 0 : await tailOffset(source.path, query.tail);
  const log = await LogFile.open(source.path, from);
  const deadline = new AbortController();
  const signal = AbortSignal.any([source.signal, deadline.signal]);
  try {
    const tail = await readTail(log, query);
    yield* wanted(tail.pieces, query);
    // The last lines were asked for, and what came after them would be more.
    if (query.mode === 'snapshot' && query.tail !== undefined) return;
    // Looked at last: a program that has ended by now is no longer waited for.
    const follows = query.mode === 'follow' && isLive(source.container.record.state);
    if (follows && query.until !== undefined) abortAt(query.until, source.clock, deadline, signal);
    const until = follows ? 'turn' : 'now';
    for await (const records of followLog({ container: source.container, log, until, signal })) {
      const pieces = tail.shape(records);
      yield* wanted(pieces, query);
      if (isPast(records, query.until)) return;
    }
    if (!signal.aborted || deadline.signal.aborted) yield* wanted(tail.end(), query);
  } finally {
    deadline.abort();
    await log.close();
  }
}

/** Turns records to pieces, and knows what to do at the end. */
interface Shaper {
  readonly pieces: readonly LogPiece[];
  shape(records: readonly LogRecord[]): readonly LogPiece[];
  end(): readonly LogPiece[];
}

/** Reads what is in the log now when only its last lines are wanted; the rest comes by following. */
async function readTail(log: LogFile, query: LogQuery): Promise<Shaper> {
  const shaper = query.shape === 'raw' && query.tail === undefined ? rawShaper() : lineShaper();
  if (query.tail === undefined) return shaper;
  const lines: LogPiece[] = [];
  for (let batch = await log.next(); batch.length > 0; batch = await log.next()) {
    for (const line of shaper.shape(batch)) lines.push(line);
  }
  // A line without newline counts as one.
  lines.push(...shaper.end());
  return { ...shaper, pieces: query.tail === 0 ? [] : lines.slice(-query.tail) };
}

function rawShaper(): Shaper {
  const toPiece = (record: LogRecord): LogPiece => ({
    stream: record.stream,
    seconds: record.seconds,
    nanoseconds: record.nanoseconds,
    text: record.payload,
    continues: false,
  });
  return { pieces: [], shape: (records) => records.map(toPiece), end: () => [] };
}

function lineShaper(): Shaper {
  const splitter = new LineSplitter();
  return {
    pieces: [],
    shape: (records) => records.flatMap((record) => splitter.push(record)),
    end: () => splitter.end(),
  };
}

function* wanted(pieces: readonly LogPiece[], query: LogQuery): Generator<readonly LogPiece[]> {
  const { since, until, streams } = query;
  const chosen = pieces.filter(
    (piece) =>
      streams.includes(piece.stream) &&
      (since === undefined || !isBefore(piece, since)) &&
      (until === undefined || !isBefore(until, piece)),
  );
  if (chosen.length > 0) yield chosen;
}

function isPast(records: readonly LogRecord[], until: LogTime | undefined): boolean {
  const last = records.at(-1);
  return until !== undefined && last !== undefined && isBefore(until, last);
}

/** Ends the following at a time that may come while nothing is written. */
function abortAt(
  time: LogTime,
  clock: Clock,
  deadline: AbortController,
  signal: AbortSignal,
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
