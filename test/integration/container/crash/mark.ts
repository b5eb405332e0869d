import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

import { until } from './wait.ts';

/** A process that carries a mark. */
export interface OwnProcess {
  readonly pid: number;
  readonly name: string;
}

/**
 * Marks a berthd and all that it starts, but not what is in containers: they have a UTS namespace of their own, as the one
 * thing that launchers and monitors, who start with an empty environment, keep whoever their parent is.
 */
export class Mark {
  /** Keeps the namespace while no berthd is there. */
  readonly #keeper: ChildProcess;

  constructor() {
    // It ends with its input, also when the test is killed.
    this.#keeper = spawn('unshare', ['--uts', 'cat'], { stdio: ['pipe', 'ignore', 'ignore'] });
  }

  /** Executes the command behind it with the mark. */
  async command(): Promise<readonly string[]> {
    await until(
      () => namespaceOf(this.#pid),
      (found) => found !== namespaceOf(process.pid),
    );
    return ['nsenter', `--uts=/proc/${this.#pid}/ns/uts`, '--'];
  }

  processes(): readonly OwnProcess[] {
    const ours = namespaceOf(this.#pid);
    return readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .map(Number)
      .filter((pid) => pid !== this.#pid && namespaceOf(pid) === ours)
      .flatMap((pid) => {
        const name = nameOf(pid);
        return name === undefined ? [] : [{ pid, name }];
      });
  }

  end(): void {
    this.#keeper.kill('SIGKILL');
  }

  get #pid(): number {
    return this.#keeper.pid ?? 0;
  }
}

/** None: it has ended. */
function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/uts`);
  } catch {
    return undefined;
  }
}

/** None: it has ended, and perhaps waits for its parent to know of it. */
function nameOf(pid: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return /^State:\t[ZX]/m.test(status) ? undefined : /^Name:\t(.*)$/m.exec(status)?.[1];
  } catch {
    return undefined;
  }
}
