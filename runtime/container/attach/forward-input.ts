import type { Duplex, Writable } from 'node:stream';

import type { Container } from '../lifecycle/container.ts';
import { DetachKeyFilter } from './detach-keys.ts';

/**
 * How forwarding ended. `detached`: the detach keys were typed. `input-closed`: the client's input ended, and with it
 * the program's. `client-closed`: the client's input ended, and the program keeps its own open for the next client.
 * `stopped`: there is nothing left to forward to.
 */
export type InputEnd = 'detached' | 'input-closed' | 'client-closed' | 'stopped';

/** What `forwardInput` needs. */
export interface ForwardInputOptions {
  readonly container: Container;
  readonly client: Duplex;
  readonly detachKeys: Buffer;
  readonly signal: AbortSignal;
}

/**
 * Carries a client's bytes to the program's standard input. Before the program runs nothing is read, so that the
 * client waits and not berthd's memory. Afterwards whatever the client still sends is read and dropped: closing a
 * socket with unread bytes would make the client see a reset instead of the end of the output. Never rejects.
 */
export async function forwardInput(options: ForwardInputOptions): Promise<InputEnd> {
  const { container, client, signal } = options;
  const stdin = await standardInput(container, signal);
  if (stdin === undefined) {
    client.resume();
    return 'stopped';
  }
  const { Tty, StdinOnce } = container.record.config;
  const filter = Tty ? new DetachKeyFilter(options.detachKeys) : undefined;
  const end = await pumpInput({ client, stdin, filter, signal });
  client.resume();
  if (end !== 'ended') return end;
  if (!StdinOnce || Tty) return 'client-closed';
  stdin.end();
  return 'input-closed';
}

/** The program's standard input, once there is one; `undefined` when there will be none. */
async function standardInput(
  container: Container,
  signal: AbortSignal,
): Promise<Writable | undefined> {
  if (container.connection !== undefined) return container.connection.stdin;
  const turn = await container.turns.next(() => true, signal).catch(() => undefined);
  return turn?.kind === 'started' ? turn.stdin : undefined;
}

interface PumpOptions {
  readonly client: Duplex;
  readonly stdin: Writable;
  readonly filter: DetachKeyFilter | undefined;
  readonly signal: AbortSignal;
}

/**
 * Moves bytes until either side ends (`ended`: the client's). A connection that is cut is for the program the end of its
 * input.
 */
export function pumpInput({
  client,
  stdin,
  filter,
  signal,
}: PumpOptions): Promise<InputEnd | 'ended'> {
  return new Promise((resolve) => {
    const finish = (end: InputEnd | 'ended'): void => {
      client.off('data', onData).off('end', onEnd).off('close', onEnd);
      stdin.off('drain', onDrain).off('close', onStdinClose);
      signal.removeEventListener('abort', onAbort);
      resolve(end);
    };
    const onEnd = (): void => {
      finish('ended');
    };
    const onStdinClose = (): void => {
      finish('stopped');
    };
    const onAbort = (): void => {
      finish(client.destroyed ? 'ended' : 'stopped');
    };
    const onDrain = (): void => {
      client.resume();
    };
    const onData = (chunk: Buffer): void => {
      const typed = filter?.push(chunk) ?? { passed: chunk, detached: false };
      if (typed.passed.length > 0 && !stdin.write(typed.passed)) client.pause();
      if (typed.detached) finish('detached');
    };
    if (client.readableEnded || client.destroyed) {
      finish('ended');
      return;
    }
    if (signal.aborted || stdin.destroyed) {
      finish('stopped');
      return;
    }
    client.on('end', onEnd).on('close', onEnd);
    stdin.on('drain', onDrain).on('close', onStdinClose);
    signal.addEventListener('abort', onAbort, { once: true });
    client.on('data', onData);
    // A connection that was paused on its way here stays so until it is told.
    client.resume();
  });
}
