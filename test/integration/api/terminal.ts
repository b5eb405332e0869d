import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';

/** A command in a terminal of 30 rows and 100 columns, as a person sits at it. */
export class Terminal {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number>;
  #shown = '';
  #changed = (): void => undefined;

  /** @param environment of the command */
  constructor(command: string, environment: NodeJS.ProcessEnv) {
    const args = ['-qec', `stty rows 30 cols 100; exec ${command}`, '/dev/null'];
    this.#child = spawn('script', args, { env: environment });
    const show = (chunk: Buffer): void => {
      this.#shown += chunk.toString();
      this.#changed();
    };
    this.#child.stdout.on('data', show);
    this.#child.stderr.on('data', show);
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        resolve(code ?? -1);
        this.#changed();
      });
    });
  }

  /** Everything that has been shown. */
  get shown(): string {
    return this.#shown;
  }

  /** Waits until a text is shown. */
  async sees(text: string): Promise<void> {
    while (!this.#shown.includes(text)) {
      if (this.#child.exitCode !== null) throw new Error(`"${text}" not in "${this.#shown}"`);
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Waits for the end; gives the exit code. */
  ends(): Promise<number> {
    return this.#ended;
  }
}
