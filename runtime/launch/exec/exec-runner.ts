import type { Launcher } from '../../syscall/launcher.ts';
import type { HostFacts } from '../host-facts.ts';
import type { FilterCache } from '../seccomp/filter-cache.ts';
import { execError } from './exec-error.ts';
import { execProgram } from './exec-program.ts';
import { ExecSession } from './exec-session.ts';
import { ExecSocket } from './exec-socket.ts';
import { planExec, type ExecRequest } from './plan-exec.ts';

/** A process that was executed. */
export interface ExecStarted {
  readonly session: ExecSession;
  /** What was asked for and this host does not allow, a sentence each. */
  readonly warnings: readonly string[];
}

/** Executes processes in running containers. */
export class ExecRunner {
  readonly #launcher: Launcher;
  readonly #host: HostFacts;
  readonly #filters: FilterCache;
  readonly #path: string;
  #socket: Promise<ExecSocket> | undefined;

  /** @param options `path`: of the socket that relays connect to, in a folder that only root can enter. */
  constructor(options: {
    readonly launcher: Launcher;
    readonly host: HostFacts;
    readonly filters: FilterCache;
    readonly path: string;
  }) {
    this.#launcher = options.launcher;
    this.#host = options.host;
    this.#filters = options.filters;
    this.#path = options.path;
  }

  /**
   * Executes a process; resolves once its program has been executed.
   * @throws EXEC_NOT_FOUND (127), EXEC_NOT_EXECUTABLE (126), EXEC_FAILED naming the step, CONTAINER_NOT_RUNNING,
   *   SPEC_UNSUPPORTED naming the field.
   */
  async exec(request: ExecRequest): Promise<ExecStarted> {
    this.#socket ??= ExecSocket.open(this.#path);
    const socket = await this.#socket;
    const arrival = socket.expect(request.streams);
    try {
      const { plan, warnings } = planExec(request, {
        host: this.#host,
        filters: this.#filters,
      });
      const program = execProgram(plan, {
        name: `exec in ${request.id.slice(0, 12)}`,
        streams: request.streams,
        link: { path: socket.path, token: arrival.token },
      });
      const { data } = await this.#launcher.spawn(program);
      const session = new ExecSession(data.readUInt32LE(0), await arrival.links);
      return { session, warnings };
    } catch (error) {
      arrival.cancel();
      throw execError(error, request);
    }
  }

  /** Lets go of the socket; what was executed goes on. */
  async close(): Promise<void> {
    await (await this.#socket)?.close();
  }
}
