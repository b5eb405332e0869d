import { connectUnix, type Socket } from '../sockets.ts';
import { type DBusCall, type DBusMessage, decodeMessage, encodeCall } from './dbus-message.ts';
import type { DBusValue } from './dbus-value.ts';

/** An answer that is an error. */
export class DBusError extends Error {
  /** Such as `org.freedesktop.systemd1.NoSuchUnit`. */
  readonly errorName: string;

  constructor(errorName: string, message: string) {
    super(message === '' ? errorName : message);
    this.name = 'DBusError';
    this.errorName = errorName;
  }
}

/** Who waits for an answer. */
interface Waiting {
  readonly resolve: (body: readonly DBusValue[]) => void;
  readonly reject: (error: Error) => void;
}

/** Longest wait for an answer: systemd answers at once, unless it hangs. */
const answerMs = 30_000;

/** How long an answer to AUTH may be. */
const longestLine = 1024;

/** A connection with who speaks D-Bus at a Unix socket: calls, their answers, and signals. */
export class DBusConnection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #serial = 0;
  #received: Buffer = Buffer.alloc(0);
  #lost: Error | undefined;
  /** Called with every signal. */
  onSignal: (signal: DBusMessage) => void = () => undefined;
  /** Called when the connection is lost. */
  onLost: (error: Error) => void = () => undefined;

  private constructor(socket: Socket, received: Buffer) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    socket.on('error', (error) => {
      this.#lose(error);
    });
    // The other side may close its half and leave ours open.
    for (const event of ['end', 'close'])
      socket.on(event, () => {
        this.#lose(new Error('the connection was closed'));
      });
    this.#take(received);
  }

  /**
   * Connects as the user that this process has ("Authentication Protocol" of the D-Bus specification 0.43, mechanism EXTERNAL).
   * @returns `undefined` when nobody listens there.
   * @throws Error when whoever does takes nobody like us.
   */
  static async open(path: string): Promise<DBusConnection | undefined> {
    const socket = await connectUnix(path);
    if (socket === undefined) return undefined;
    try {
      const uid = Buffer.from(String(process.geteuid?.() ?? 0)).toString('hex');
      socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
      const { line, rest } = await firstLine(socket);
      if (!line.startsWith('OK ')) throw new Error(`it answered "${line}" to AUTH EXTERNAL`);
      socket.write('BEGIN\r\n');
      return new DBusConnection(socket, rest);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  /**
   * Calls a method; gives what it answers.
   * @throws DBusError the answer is an error; Error the connection is lost, or there is none within 30 s.
   */
  async call(call: DBusCall): Promise<readonly DBusValue[]> {
    if (this.#lost) throw this.#lost;
    this.#serial += 1;
    const serial = this.#serial;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(serial, { resolve, reject });
        timer = setTimeout(() => {
          reject(new Error(`no answer to ${call.member} within ${answerMs / 1000} s`));
        }, answerMs);
        this.#socket.write(encodeCall(call, serial));
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(serial);
    }
  }

  /** Lets the process end although the connection is there; who waits for an answer is still waited for. */
  unref(): void {
    this.#socket.unref();
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    try {
      for (;;) {
        const found = decodeMessage(this.#received);
        if (found === undefined) return;
        this.#received = this.#received.subarray(found.size);
        this.#handle(found.message);
      }
    } catch (error) {
      this.#socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #handle(message: DBusMessage): void {
    if (message.kind === 'signal') this.onSignal(message);
    const waiting = this.#waiting.get(message.replySerial);
    if (message.kind === 'return') waiting?.resolve(message.body);
    if (message.kind !== 'error') return;
    const [first] = message.body;
    const text = first?.type === 's' ? first.value : '';
    waiting?.reject(new DBusError(message.errorName, text));
  }

  #lose(error: Error): void {
    if (this.#lost) return;
    this.#lost = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.onLost(error);
  }
}

/** Waits for a line; what has come after it is the beginning of the messages. */
function firstLine(socket: Socket): Promise<{ readonly line: string; readonly rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const stop = (): void => {
      clearTimeout(timer);
      socket.off('data', take).off('error', fail).off('end', closed).off('close', closed);
    };
    const fail = (error: Error): void => {
      stop();
      reject(error);
    };
    const closed = (): void => {
      fail(new Error('the connection was closed during authentication'));
    };
    const take = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf('\r\n');
      if (end < 0 && received.length > longestLine) fail(new Error('it speaks no D-Bus'));
      if (end < 0) return;
      stop();
      resolve({ line: received.toString('utf8', 0, end), rest: received.subarray(end + 2) });
    };
    const timer = setTimeout(() => {
      fail(new Error(`no answer to AUTH within ${answerMs / 1000} s`));
    }, answerMs);
    socket.on('data', take).once('error', fail).once('end', closed).once('close', closed);
  });
}
