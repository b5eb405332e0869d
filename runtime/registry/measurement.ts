import { z } from 'zod';

/** What is remembered of one source of one registry's images. Times are milliseconds since 1970. */
export const measurementSchema = z.object({
  registry: z.string(),
  source: z.string(),
  firstByteMs: z.number().nonnegative().optional(),
  bytesPerSecond: z.number().positive().optional(),
  /** When the two above were last measured. */
  measuredAtMs: z.number().optional(),
  lastUsedMs: z.number().optional(),
  errors: z.number().int().nonnegative().default(0),
  wrongDigests: z.number().int().nonnegative().default(0),
  bytes: z.number().nonnegative().default(0),
  blobs: z.number().int().nonnegative().default(0),
  /** Failures since it last delivered. */
  failuresInARow: z.number().int().nonnegative().default(0),
  /** Until then others are asked before it. */
  failingUntilMs: z.number().default(0),
  /** Until then it is not asked. */
  droppedUntilMs: z.number().default(0),
});

/** What is remembered of one source of one registry's images. */
export type Measurement = z.infer<typeof measurementSchema>;

/** Measurements are smoothed: each new one counts for this part of the result. */
const newestWeight = 0.3;

/** Older measurements say nothing of today's network. */
const measuredForMs = 24 * 60 * 60 * 1000;

/** A source that fails is left alone for this long, then for twice as long with each failure, up to the limit. */
const firstRestMs = 30_000;
const longestRestMs = 15 * 60 * 1000;

/** Whoever serves a wrong digest has a broken disk, a broken cache, or bad intentions: none of them goes away soon. */
const droppedForMs = 24 * 60 * 60 * 1000;

/** What a blob to compare sources by weighs, and what is assumed of a source that has not been measured. */
const typicalBytes = 4 * 1024 * 1024;
const assumed = { firstByteMs: 500, bytesPerSecond: 1024 * 1024 };

function smoothed(before: number | undefined, now: number): number {
  return before === undefined ? now : before + newestWeight * (now - before);
}

/** As it is now: without measurements that are too old to count. */
function current(measurement: Measurement, nowMs: number): Measurement {
  const { measuredAtMs } = measurement;
  if (measuredAtMs !== undefined && nowMs - measuredAtMs <= measuredForMs) return measurement;
  return { ...measurement, firstByteMs: undefined, bytesPerSecond: undefined };
}

/** After an answer whose first byte came after `firstByteMs`. */
export function afterAnswer(
  measurement: Measurement,
  firstByteMs: number,
  nowMs: number,
): Measurement {
  const before = current(measurement, nowMs);
  return {
    ...before,
    firstByteMs: smoothed(before.firstByteMs, firstByteMs),
    measuredAtMs: nowMs,
    lastUsedMs: nowMs,
  };
}

/** Bytes that a source delivered in one go. */
export interface Delivery {
  readonly bytes: number;
  /** From the first byte to the last. */
  readonly durationMs: number;
  /** Whether the blob was whole after it. */
  readonly isEnd: boolean;
}

/** Less than this says more of the network's buffers than of its speed. */
const tellingBytes = 256 * 1024;

/** After bytes of a blob. */
export function afterDelivery(
  measurement: Measurement,
  { bytes, durationMs, isEnd }: Delivery,
  nowMs: number,
): Measurement {
  const before = current(measurement, nowMs);
  const after = {
    ...before,
    bytes: before.bytes + bytes,
    blobs: before.blobs + (isEnd ? 1 : 0),
    lastUsedMs: nowMs,
    ...(isEnd ? { failuresInARow: 0, failingUntilMs: 0 } : {}),
  };
  // A trickle is worth knowing too, however few bytes it was.
  if (bytes < tellingBytes && (bytes === 0 || durationMs < 2000)) return after;
  const rate = (bytes * 1000) / Math.max(durationMs, 1);
  return {
    ...after,
    bytesPerSecond: smoothed(before.bytesPerSecond, rate),
    measuredAtMs: nowMs,
  };
}

/** After a failure. @param restMs How long the source itself asked to be left alone (Retry-After). */
export function afterFailure(
  measurement: Measurement,
  nowMs: number,
  restMs: number | undefined,
): Measurement {
  const rest = Math.min(firstRestMs * 2 ** measurement.failuresInARow, longestRestMs);
  return {
    ...measurement,
    errors: measurement.errors + 1,
    failuresInARow: Math.min(measurement.failuresInARow + 1, 10),
    failingUntilMs: nowMs + Math.max(rest, restMs ?? 0),
    lastUsedMs: nowMs,
  };
}

/** After content with a wrong digest. */
export function afterWrongDigest(measurement: Measurement, nowMs: number): Measurement {
  return {
    ...measurement,
    wrongDigests: measurement.wrongDigests + 1,
    droppedUntilMs: nowMs + droppedForMs,
    lastUsedMs: nowMs,
  };
}

/** How long a typical blob is likely to take from a source, in milliseconds. */
export function costMs(measurement: Measurement | undefined, nowMs: number): number {
  const known = measurement === undefined ? undefined : current(measurement, nowMs);
  const firstByteMs = known?.firstByteMs ?? assumed.firstByteMs;
  const bytesPerSecond = known?.bytesPerSecond ?? assumed.bytesPerSecond;
  return firstByteMs + (typicalBytes * 1000) / bytesPerSecond;
}

/** What is known of a source that has never been asked. */
export function unmeasured(registry: string, source: string): Measurement {
  return measurementSchema.parse({ registry, source });
}
