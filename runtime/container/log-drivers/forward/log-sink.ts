import type { LogMark } from '../../logs/log-reader.ts';
import type { LogMessage } from './log-message.ts';

/** Where a log driver sends messages. */
export interface LogSink {
  /**
   * Sends messages in order, and marks in the file how far it has come.
   *
   * @param begin where the block begins that the messages are of
   * @throws when they cannot be sent now; what was sent is marked
   */
  send(messages: readonly LogMessage[], begin: LogMark): Promise<void>;
  /** Lets go of what it holds. */
  close(): void;
}
