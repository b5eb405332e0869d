import type { Socket } from '../../../host/sockets.ts';
import type { LogMark } from '../../logs/log-reader.ts';
import type { LogMessage } from './log-message.ts';
import type { LogSink } from './log-sink.ts';
import { writeMark } from './mark-file.ts';

/** What a sink for a connection is made of. */
export interface StreamOptions {
  readonly markFile: string;
  readonly connect: () => Promise<Socket>;
  /** `undefined`: there is nothing to send. */
  readonly encode: (message: LogMessage) => Uint8Array | undefined;
}

/**
 * A sink that keeps a connection. What the kernel has taken counts as sent: the protocols have no answers, so what is on its way
 * when a connection breaks is lost, as with every sender of them.
 */
export function streamSink({ markFile, connect, encode }: StreamOptions): LogSink {
  let connection: Socket | undefined;
  const state = { isClosed: false, isWriting: false };
  const drop = (opened: Socket): void => {
    opened.destroy();
    if (connection === opened) connection = undefined;
  };
  const connected = async (): Promise<Socket> => {
    if (connection !== undefined) return connection;
    const opened = await connect();
    const dropIt = (): void => {
      drop(opened);
    };
    opened.on('error', dropIt).on('close', dropIt);
    opened.resume();
    if (state.isClosed) opened.destroy();
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
    const opened = await connected();
    state.isWriting = true;
    try {
      await written(opened, Buffer.concat(pieces));
    } finally {
      state.isWriting = false;
    }
    await writeMark(markFile, { inode, offset: offset + last.end });
  };
  const close = (): void => {
    state.isClosed = true;
    // A server that does not read would keep what is being written, and whoever waits for it, for ever.
    if (state.isWriting) connection?.destroy();
    else connection?.destroySoon();
  };
  return { send, close };
}

function written(connection: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.write(bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
