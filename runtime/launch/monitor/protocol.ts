/**
 * What the monitor and berthd say to each other, and what the monitor leaves on disk. All little-endian.
 */

/** Name of the monitor's socket in the container's run folder. */
export const controlSocketName = 'monitor.sock';

/** The monitor's first message on a connection: {u32 pid, u32 0}. Each byte after it says that something has happened. */
export const helloSize = 8;
/**
 * Bits of such a byte. `lost`: the log should have grown: output could not be written, as on a full disk, and is lost. `exhausted`: the
 * container has run out of memory, and the kernel has killed one of its processes.
 */
export const announcement = { grown: 1, lost: 2, exhausted: 4 } as const;

/** A message to the monitor: {u32 type, u32 value}. */
export const messageSize = 8;
export const messageType = {
  /** This connection carries standard input from here on, as plain bytes; the monitor closes it at its end. */
  stdin: 1,
  /** Value: rows in the low half, columns in the high half. */
  resize: 2,
  /** Value: a signal number for the container's first process. */
  signal: 3,
  /** Closes the container's standard input once all that has arrived is written. */
  closeStdin: 4,
} as const;

/** A message as it is sent. */
export function encodeMessage(type: number, value: number): Buffer {
  const bytes = Buffer.alloc(messageSize);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(value >>> 0, 4);
  return bytes;
}

/** Connections, besides the one that carries standard input, that the monitor serves at once. */
export const maxConnections = 4;

/** The exit record: {i64 seconds, i64 nanoseconds, u32 wait status, u32 length}, then the text of the OOM counter. */
export const exitFileName = 'exit';
export const exitHeaderSize = 24;
export const maxCounterSize = 512;
