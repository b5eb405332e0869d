import { openPipe } from '../../host/pipes.ts';
import type { Socket } from '../../host/sockets.ts';
import type { Program } from '../program.ts';
import type { RunningProgram } from '../program-result.ts';
import { AnswerStream } from './answer-stream.ts';

/** Who starts the program: a Launcher. */
export interface TreeRunner {
  spawn(program: Program): Promise<RunningProgram>;
}

/** The two pipes to a program that serves files, which ends when they are closed. */
export class TreeConnection {
  readonly answers: AnswerStream;
  readonly #requests: Socket;

  private constructor(requests: Socket, answers: Socket) {
    this.#requests = requests;
    this.answers = new AnswerStream(answers);
    // EPIPE: the program has ended, which whoever reads the answers is told.
    requests.on('error', () => undefined);
  }

  /**
   * Starts a program whose reply is four ints, the ends of its two pipes, requests first. `close` must be called.
   *
   * @param hello what says that both pipes are open
   * @throws the codes of `Launcher.spawn`
   */
  static async open(
    runner: TreeRunner,
    program: Program,
    hello: Uint8Array,
  ): Promise<TreeConnection> {
    const { pid, data } = await runner.spawn(program);
    const pipe = (index: number): string => `/proc/${pid}/fd/${data.readInt32LE(4 * index)}`;
    const requests = openPipe(pipe(1), 'write');
    try {
      const connection = new TreeConnection(requests, openPipe(pipe(2), 'read'));
      requests.write(hello);
      return connection;
    } catch (error) {
      requests.destroy();
      throw error;
    }
  }

  /** Asks. Answers come in the order of the questions. */
  ask(request: Uint8Array): void {
    this.#requests.write(request);
  }

  /** Ends the program. */
  close(): void {
    this.#requests.destroy();
    this.answers.destroy();
  }
}
