import type { Duplex } from 'node:stream';
import type { ConsoleInput } from '../../host/console.ts';
import { DetachScanner } from './detach-keys.ts';

/** Where input goes, and what leaves the container. */
export interface InputPumpOptions {
  readonly input: ConsoleInput;
  /** The attached connection; its writing half is closed when the input ends. */
  readonly connection: Duplex;
  /** Empty: nothing detaches. */
  readonly detachKeys: Uint8Array;
  readonly onDetach: () => void;
}

/** Sends what is typed or piped in to the container. Returns what stops it. */
export function pumpInput({
  input,
  connection,
  detachKeys,
  onDetach,
}: InputPumpOptions): () => void {
  const scanner = new DetachScanner(detachKeys);
  const { stream } = input;
  const onData = (chunk: Uint8Array): void => {
    const { send, detached } = scanner.scan(chunk);
    if (send.length > 0 && connection.writable && !connection.write(send)) {
      stream.pause();
      connection.once('drain', () => stream.resume());
    }
    if (detached) onDetach();
  };
  const onEnd = (): void => {
    connection.end();
  };
  // A container that has ended closes its side: what is still typed is of no interest to anybody.
  connection.on('error', () => undefined);
  stream.on('data', onData);
  stream.once('end', onEnd);
  // A terminal that goes away (EIO) is the end of the input.
  stream.once('error', onEnd);
  return () => {
    stream.off('data', onData);
    stream.off('end', onEnd);
    input.release();
  };
}
