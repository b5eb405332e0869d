/** Bytes before each payload: u32 length, u32 stream, i64 seconds, i64 nanoseconds, little-endian (runtime/launch). */
const headerBytes = 24;
/** The monitor reads 32 KiB at most; anything far beyond is no record. */
const mostPayload = 1_048_576;
/** Seconds since 1970 that a record may carry: up to the year 2242. */
const lastSecond = 2n ** 33n;

/**
 * The output of a container out of the log that its monitor writes, for when no engine is there to be asked. The chunks may
 * begin in the midst of a record; what cannot be understood is skipped up to the next record.
 */
export async function* unframedLog(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    let at = 0;
    while (bytes.length - at >= headerBytes) {
      if (!isHeader(bytes, at)) {
        at += 1;
        continue;
      }
      const end = at + headerBytes + bytes.readUInt32LE(at);
      if (end > bytes.length) break;
      yield bytes.subarray(at + headerBytes, end);
      at = end;
    }
    rest = bytes.subarray(at);
  }
}

function isHeader(bytes: Buffer, at: number): boolean {
  const stream = bytes.readUInt32LE(at + 4);
  if (bytes.readUInt32LE(at) > mostPayload || (stream !== 1 && stream !== 2)) return false;
  const seconds = bytes.readBigInt64LE(at + 8);
  const nanoseconds = bytes.readBigInt64LE(at + 16);
  return seconds >= 0n && seconds < lastSecond && nanoseconds >= 0n && nanoseconds < 1_000_000_000n;
}
