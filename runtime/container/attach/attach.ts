import type { Duplex } from 'node:stream';

import type { Container } from '../lifecycle/container.ts';
import { isLive } from '../model/container-state.ts';
import { followLog } from '../logs/follow-log.ts';
import { LogFile } from '../logs/log-file.ts';
import type { LogRecord, OutputStream } from '../logs/log-record.ts';
import { forwardInput } from './forward-input.ts';
import type { InputEnd } from './forward-input.ts';
import { encodeOutput } from './output-framing.ts';
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
  /** Of the log. */
  readonly path: string;
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
  readonly #log: LogFile;
  readonly #path: string;
  /** What has happened since the attachment was opened is not to be missed either. */
  #over = false;
  readonly #stopListening: () => void;
  readonly #onDetach: () => void;

  private constructor(options: AttachOptions & { readonly log: LogFile }) {
    this.#container = options.container;
    this.#request = options.request;
    this.#log = options.log;
    this.#path = options.path;
    this.#onDetach = options.onDetach;
    this.#stopListening = options.container.turns.add((turn) => {
      this.#over ||= turn.kind !== 'started';
    });
  }

  static async open(options: AttachOptions): Promise<Attachment> {
    const { container, path } = options;
    const log = await LogFile.open(path, container.logCheckpoint);
    const attachment = new Attachment({ ...options, log });
    await log.skipToEnd();
    if (log.offset > container.logCheckpoint) container.logCheckpoint = log.offset;
    return attachment;
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
    const { output } = this.#request;
    if (output.includes('logs')) await this.#sendLogs(client, session.signal);
    if (!output.includes('stream')) return;
    // When input ends and the program is to keep its own open, Docker ends the whole attachment.
    void input.done.then(() => {
      if (input.end === 'detached' || input.end === 'client-closed') session.abort();
    });
    const until = this.#over ? 'now' : 'turn';
    const options = {
      container: this.#container,
      log: this.#log,
      until,
      signal: session.signal,
    } as const;
    for await (const records of followLog(options)) {
      await this.#send(client, records, session.signal);
    }
    if (this.#log.offset > this.#container.logCheckpoint && isLive(this.#container.record.state)) {
      this.#container.logCheckpoint = this.#log.offset;
    }
  }

  async #sendLogs(client: Duplex, signal: AbortSignal): Promise<void> {
    const end = this.#log.offset;
    const past = await LogFile.open(this.#path, 0);
    try {
      while (past.offset < end && !signal.aborted) {
        const records = await past.next();
        if (records.length === 0) return;
        await this.#send(client, records, signal);
      }
    } finally {
      await past.close();
    }
  }

  async #send(client: Duplex, records: readonly LogRecord[], signal: AbortSignal): Promise<void> {
    const pieces = records
      .filter((record) => this.#request.streams.includes(record.stream))
      .map((record) => ({ stream: record.stream, text: record.payload }));
    if (pieces.length > 0) await writeFully(client, encodeOutput(pieces, this.framing), signal);
  }
}
