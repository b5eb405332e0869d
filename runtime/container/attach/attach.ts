import type { Duplex } from 'node:stream';

import type { Container } from '../lifecycle/container.ts';
import { followLog, openRest } from '../logs/follow-log.ts';
import { LogEncoder } from '../logs/log-encoder.ts';
import type { OutputStream } from '../logs/log-line.ts';
import { LogReader } from '../logs/log-reader.ts';
import type { LogPlace } from '../logs/log-reader.ts';
import { forwardInput } from './forward-input.ts';
import type { InputEnd } from './forward-input.ts';
import type { Framing } from './output-framing.ts';
import { writeFully } from './write-fully.ts';

/** What a client wants of a container's standard streams. */
export interface AttachRequest {
  /** `logs`: what was written before. `stream`: what is written from now on. */
  readonly output: readonly ('logs' | 'stream')[];
  readonly streams: readonly OutputStream[];
  readonly input: 'none' | 'stdin';
  /** `of-container`: framed unless it has a terminal. */
  readonly framing: 'of-container' | 'raw';
  /** Only looked at with a terminal. */
  readonly detachKeys: Buffer;
}

/** What `Attachment.open` needs. */
export interface AttachOptions {
  readonly container: Container;
  readonly request: AttachRequest;
  readonly log: Pick<LogPlace, 'path' | 'rotates'>;
  /** Hears that the client has typed the keys for that. */
  readonly onDetach: () => void;
}

/** What `Attachment.serve` came to. */
export type AttachEnd = 'program-ended' | 'detached' | 'client-left';

/**
 * A client's connection to a container's standard streams. Opening it fixes the place in the output from which the
 * client sees everything; so open it before the client is told that it is attached, and nothing is missed even when
 * the program starts and ends in the meantime.
 */
export class Attachment {
  readonly #container: Container;
  readonly #request: AttachRequest;
  readonly #log: LogReader;
  /** What has happened since the attachment was opened is not to be missed either. */
  #over = false;
  readonly #stopListening: () => void;
  readonly #onDetach: () => void;

  private constructor(options: Omit<AttachOptions, 'log'> & { readonly log: LogReader }) {
    this.#container = options.container;
    this.#request = options.request;
    this.#log = options.log;
    this.#onDetach = options.onDetach;
    this.#stopListening = options.container.turns.add((turn) => {
      if (turn.kind === 'started') return;
      this.#over = true;
      openRest(options.container, options.log);
    });
  }

  static async open({ log, ...options }: AttachOptions): Promise<Attachment> {
    const { output } = options.request;
    const from = output.includes('logs') ? 'beginning' : 'end';
    const to = output.includes('stream') ? 'ever' : 'now';
    return new Attachment({ ...options, log: await LogReader.open({ ...log, from, to }) });
  }

  /** How output is framed: not at all with a terminal, because there is only one stream. */
  get framing(): Framing {
    if (this.#request.framing === 'raw') return 'raw';
    return this.#container.record.config.Tty ? 'raw' : 'multiplexed';
  }

  /** Gives the attachment up without having served it. */
  async close(): Promise<void> {
    this.#stopListening();
    await this.#log.close();
  }

  /** Carries bytes both ways until the program ends, the client leaves, or detaches. Then ends the connection. */
  async serve(client: Duplex): Promise<AttachEnd> {
    const session = new AbortController();
    const left = (): void => {
      session.abort();
    };
    client.once('close', left);
    client.on('error', left);
    // While the attachment was opened: of that nothing is told any more.
    if (client.destroyed) left();
    const ended = this.#forwardInput(client, session.signal);
    try {
      await this.#sendOutput(client, session, ended);
      if (ended.end === 'detached') {
        this.#onDetach();
        return 'detached';
      }
      return client.destroyed ? 'client-left' : 'program-ended';
    } finally {
      session.abort();
      await this.close();
      client.end();
    }
  }

  /** Starts forwarding input. What it comes to is in the returned object. */
  #forwardInput(
    client: Duplex,
    signal: AbortSignal,
  ): { end: InputEnd | undefined; done: Promise<void> } {
    const state: { end: InputEnd | undefined; done: Promise<void> } = {
      end: undefined,
      done: Promise.resolve(),
    };
    const { config } = this.#container.record;
    if (this.#request.input === 'none' || !config.OpenStdin) {
      // Reading is the only way to notice that the client has gone.
      client.resume();
      return state;
    }
    const { container, detachKeys } = {
      container: this.#container,
      detachKeys: this.#request.detachKeys,
    };
    state.done = forwardInput({ container, client, detachKeys, signal }).then((end) => {
      state.end = end;
    });
    return state;
  }

  async #sendOutput(
    client: Duplex,
    session: AbortController,
    input: { end: InputEnd | undefined; done: Promise<void> },
  ): Promise<void> {
    const { output, streams } = this.#request;
    if (output.length === 0) return;
    if (output.includes('stream')) {
      // When input ends and the program is to keep its own open, Docker ends the whole attachment.
      void input.done.then(() => {
        if (input.end === 'detached' || input.end === 'client-closed') session.abort();
      });
    }
    const { signal } = session;
    const until = this.#over || !output.includes('stream') ? 'now' : 'turn';
    const framing = this.framing === 'raw' ? 'raw' : 'frames';
    const encoder = new LogEncoder({ framing, streams });
    const options = { container: this.#container, log: this.#log, until, signal } as const;
    for await (const block of followLog(options)) {
      const bytes = encoder.encode(block);
      if (bytes.length > 0) await writeFully(client, bytes, signal);
    }
  }
}
