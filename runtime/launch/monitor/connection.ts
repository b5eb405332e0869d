import { PassThrough, type Writable } from 'node:stream';
import type { ExecTarget } from '../exec/exec-plan.ts';
import { readStartTime } from '../exec/read-start-time.ts';
import { connectUnix, type Socket } from '../../host/sockets.ts';
import {
  announcement,
  controlSocketName,
  encodeMessage,
  helloSize,
  messageType,
} from './protocol.ts';

/** berthd's connection to a container's monitor (protocol.ts). */
export class MonitorConnection {
  /** Process id of the container's first process, on the host. */
  readonly pid: number;
  /** Bytes for the container's standard input; ending it closes that once all has been read (never a terminal's). */
  readonly stdin: Writable;
  /** Resolves when the monitor has ended, and so the container; the exit record is there then. */
  readonly closed: Promise<void>;
  readonly #control: Socket;
  #startTime: Promise<string | undefined> | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #lostListeners = new Set<() => void>();
  readonly #exhaustedListeners = new Set<() => void>();

  private constructor(options: {
    readonly pid: number;
    readonly control: Socket;
    readonly path: string;
    readonly closed: Promise<void>;
  }) {
    this.pid = options.pid;
    this.#control = options.control;
    this.closed = options.closed;
    this.#control.on('data', (announced: Buffer) => {
      for (const listener of this.#listeners) listener();
      const news = announced.reduce((all, byte) => all | byte, 0);
      if ((news & announcement.lost) !== 0) for (const listener of this.#lostListeners) listener();
      if ((news & announcement.exhausted) !== 0)
        for (const listener of this.#exhaustedListeners) listener();
    });
    this.stdin = this.#openStdin(options.path);
    // A container that runs on must not keep a daemon from ending.
    this.#control.unref();
  }

  /** Connects to the monitor of a run folder; `undefined` when none is alive there. */
  static async open(runDir: string): Promise<MonitorConnection | undefined> {
    const path = `${runDir}/${controlSocketName}`;
    const control = await connectUnix(path);
    if (!control) return undefined;
    const closed = new Promise<void>((resolve) => {
      control.once('close', () => {
        resolve();
      });
      control.on('error', () => undefined);
      control.once('end', () => {
        control.destroy();
      });
    });
    const pid = await readHello(control, closed);
    return pid === undefined ? undefined : new MonitorConnection({ pid, control, path, closed });
  }

  /**
   * What the container's first process is known by for good; `undefined` when it has ended. Looked up while the monitor
   * lives, which gives its child's id back to the kernel only as it ends.
   */
  async target(): Promise<ExecTarget | undefined> {
    this.#startTime ??= readStartTime(this.pid);
    const startTime = await this.#startTime;
    return startTime === undefined || this.#control.destroyed
      ? undefined
      : { pid: this.pid, startTime };
  }

  /** Sets the size of the container's terminal, in characters; nothing happens without one. */
  resize({ rows, columns }: { readonly rows: number; readonly columns: number }): void {
    this.#send(messageType.resize, (rows & 0xffff) + (columns & 0xffff) * 0x10000);
  }

  /** Sends a signal to the container's first process. The monitor is its parent: the id cannot have been reused. */
  signal(signo: number): void {
    this.#send(messageType.signal, signo);
  }

  /** Calls whenever the log has grown: once for any number of records. */
  onOutput(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Calls when output could not be written, and is lost. */
  onLostOutput(listener: () => void): void {
    this.#lostListeners.add(listener);
  }

  /** Calls when the kernel has killed a process of the container for want of memory. */
  onOutOfMemory(listener: () => void): void {
    this.#exhaustedListeners.add(listener);
  }

  /** Ends the connection; the monitor goes on. */
  disconnect(): void {
    this.#control.destroy();
  }

  #send(type: number, value: number): void {
    if (!this.#control.destroyed) this.#control.write(encodeMessage(type, value));
  }

  /** The second connection is made with the first byte: most containers never get any input. */
  #openStdin(path: string): Writable {
    const stdin = new PassThrough();
    const start = async (): Promise<void> => {
      const socket = await connectUnix(path);
      if (!socket) {
        stdin.resume();
        return;
      }
      socket.on('error', () => {
        // The container has ended: what it has not read is lost, as with any pipe.
        stdin.unpipe(socket);
        stdin.resume();
      });
      socket.once('close', () => {
        // Only the end that we asked for closes the container's input; a lost connection does not.
        if (stdin.writableFinished) this.#send(messageType.closeStdin, 0);
      });
      socket.unref();
      socket.resume();
      socket.write(encodeMessage(messageType.stdin, 0));
      stdin.pipe(socket);
    };
    stdin.once('readable', () => {
      start().catch((error: unknown) => {
        stdin.destroy(error instanceof Error ? error : new Error(String(error)));
      });
    });
    return stdin;
  }
}

/** The monitor's first message; `undefined` when it ended instead of sending one. */
function readHello(control: Socket, closed: Promise<void>): Promise<number | undefined> {
  return new Promise((resolve) => {
    void closed.then(() => {
      resolve(undefined);
    });
    const onReadable = (): void => {
      const hello = control.read(helloSize) as Buffer | null;
      if (!hello) return;
      control.off('readable', onReadable);
      resolve(hello.readUInt32LE(0));
    };
    control.on('readable', onReadable);
  });
}
