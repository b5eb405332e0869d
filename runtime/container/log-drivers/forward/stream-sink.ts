import type { Duplex } from 'node:stream';
import type { LogMark } from '../../logs/log-reader.ts';
import type { LogMessage } from './log-message.ts';
import type { LogSink } from './log-sink.ts';
import { writeMark } from './mark-file.ts';

/** What a sink for a connection is made of. */
export interface StreamOptions {
  readonly markFile: string;
  readonly connect: () => Promise<Duplex>;
  /** `undefined`: there is nothing to send. */
  readonly encode: (message: LogMessage) => Uint8Array | undefined;
}

/**
 * A sink that keeps a connection. What the kernel has taken counts as sent: the protocols have no answers, so what is on its way
 * when a connection breaks is lost, as with every sender of them.
 */
export function streamSink({ markFile, connect, encode }: StreamOptions): LogSink {
  let connection: Duplex | undefined;
  const drop = (): void => {
    connection?.destroy();
    connection = undefined;
  };
  const connected = async (): Promise<Duplex> => {
    if (connection !== undefined) return connection;
    const opened = await connect();
    opened.resume();
    opened.on('error', drop).on('close', drop);
    connection = opened;
    return opened;
  };
  const send = async (
    messages: readonly LogMessage[],
    { inode, offset }: LogMark,
  ): Promise<void> => {
    const last = messages.at(-1);
    const pieces = messages.map(encode).filter((piece) => piece !== undefined);
    if (last === undefined || pieces.length === 0) return;
    await written(await connected(), Buffer.concat(pieces));
    await writeMark(markFile, { inode, offset: offset + last.end });
  };
  return { send, close: () => connection?.end() };
}

function written(connection: Duplex, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.write(bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
