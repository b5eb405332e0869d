import type { Datagram } from '../../../launch/logs/send-datagrams.ts';
import type { ContainerRuntime } from '../../ports.ts';
import type { LogMark } from '../../logs/log-reader.ts';
import type { LogMessage } from './log-message.ts';
import type { LogSink } from './log-sink.ts';
import { encodeMark } from './mark-file.ts';

/** So many messages, or bytes, go in one program. */
const most = { messages: 500, bytes: 512 * 1024 };

/** What a sink for datagrams is made of. */
export interface DatagramOptions {
  readonly runtime: Pick<ContainerRuntime, 'sendDatagrams'>;
  readonly markFile: string;
  /** A struct sockaddr; asked for each time, since a name may get another address. */
  readonly address: () => Promise<Uint8Array>;
  /** `undefined`: there is nothing to send. */
  readonly encode: (message: LogMessage) => Uint8Array | undefined;
}

/** A sink that sends a datagram for each message. */
export function datagramSink(options: DatagramOptions): LogSink {
  const { runtime, markFile, encode } = options;
  const send = async (
    messages: readonly LogMessage[],
    { inode, offset }: LogMark,
  ): Promise<void> => {
    let waiting: Datagram[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      const address = await options.address();
      await runtime.sendDatagrams({ address, messages: waiting, markFile });
      waiting = [];
      bytes = 0;
    };
    for (const message of messages) {
      const encoded = encode(message);
      if (encoded === undefined) continue;
      const mark = encodeMark({ inode, offset: offset + message.end });
      waiting.push({ bytes: encoded, mark });
      bytes += encoded.length;
      if (waiting.length >= most.messages || bytes >= most.bytes) await flush();
    }
    if (waiting.length > 0) await flush();
  };
  return { send, close: () => undefined };
}
