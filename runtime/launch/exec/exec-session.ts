import type { Writable } from 'node:stream';
import type { Socket } from '../../host/sockets.ts';
import { encodeMessage, messageType } from '../monitor/protocol.ts';
import { FrameReader } from './frame-reader.ts';
import type { Links } from './exec-socket.ts';
import { frameKind } from './protocol.ts';

/** A piece of an executed process' output. */
export interface ExecOutput {
  readonly stream: 'stdout' | 'stderr';
  readonly text: Buffer;
}

/** How an executed process ended. */
export interface ExecExit {
  /** 0 to 255; 128 and the signal's number when a signal ended it; 255 when nobody saw the end. */
  readonly exitCode: number;
}

const unseen: ExecExit = { exitCode: 255 };

/** A process that was executed in a running container, and berthd's connection to it. */
export class ExecSession {
  /** Process id on the host. */
  readonly pid: number;
  /** Bytes for its standard input; ending it closes that, but for a terminal's. `undefined`: nobody is connected. */
  readonly stdin: Writable | undefined;
  readonly #control: Socket;
  #exit: ExecExit | undefined;

  constructor(pid: number, { control, stdin }: Links) {
    this.pid = pid;
    this.#control = control;
    this.stdin = stdin;
    // What comes on it is only its end: the process takes no more.
    stdin?.resume();
    for (const socket of [control, stdin]) socket?.unref();
  }

  /** How it ended: there once `output` has come to its end. */
  get exit(): ExecExit {
    return this.#exit ?? unseen;
  }

  /**
   * Its output until it ends. Who does not go on reading makes the process wait for it. To be read by one reader, to the
   * end, whoever wants to know the end.
   */
  async *output(): AsyncGenerator<readonly ExecOutput[]> {
    const reader = new FrameReader();
    try {
      for (;;) {
        const chunk = await nextChunk(this.#control);
        if (!chunk) break;
        const pieces: ExecOutput[] = [];
        for (const { kind, payload } of reader.push(chunk)) {
          if (kind === frameKind.exit) this.#exit = exitOf(payload.readUInt32LE(0));
          else
            pieces.push({ stream: kind === frameKind.stderr ? 'stderr' : 'stdout', text: payload });
        }
        if (pieces.length > 0) yield pieces;
        if (this.#exit) break;
      }
    } finally {
      this.#control.destroy();
      this.stdin?.destroy();
    }
  }

  /** Sets the size of its terminal, in characters; nothing happens without one. */
  resize({ rows, columns }: { readonly rows: number; readonly columns: number }): void {
    this.#send(messageType.resize, (rows & 0xffff) + (columns & 0xffff) * 0x10000);
  }

  /** Sends it a signal. The relay is its parent: the id cannot have been reused. */
  signal(signo: number): void {
    this.#send(messageType.signal, signo);
  }

  #send(type: number, value: number): void {
    if (!this.#control.destroyed) this.#control.write(encodeMessage(type, value));
  }
}

/**
 * What comes next on a connection; `undefined` at its end, also when the relay was killed. A stream's own iterator does the
 * same, and takes several times as long to set up and to end as most programs have to say.
 */
async function nextChunk(connection: Socket): Promise<Buffer | undefined> {
  for (;;) {
    const chunk = connection.read() as Buffer | null;
    if (chunk) return chunk;
    if (connection.readableEnded || connection.destroyed) return undefined;
    await new Promise<void>((resolve) => {
      const events = ['readable', 'end', 'close'] as const;
      const wake = (): void => {
        for (const event of events) connection.off(event, wake);
        resolve();
      };
      for (const event of events) connection.once(event, wake);
    });
  }
}

/** wait(2). */
function exitOf(status: number): ExecExit {
  const signal = status & 0x7f;
  return { exitCode: signal === 0 ? (status >> 8) & 0xff : 128 + signal };
}
