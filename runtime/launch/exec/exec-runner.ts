import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import type { HostFacts } from '../host-facts.ts';
import type { FilterCache } from '../seccomp/filter-cache.ts';
import { startError } from '../start-error.ts';
import { execProgram, forkLabel } from './exec-program.ts';
import { ExecSession } from './exec-session.ts';
import { ExecSocket } from './exec-socket.ts';
import { joinLabel } from './join-target.ts';
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
        link: { path: socket.path, token: arrival.token },
      });
      const program = execProgram(plan, `exec in ${request.id.slice(0, 12)}`);
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

/** Errnos that say that the container has ended meanwhile: its folder in /proc or what is in it is gone. */
const gone = new Set(['ENOENT', 'ESRCH', 'EACCES']);

function execError(error: unknown, { id, process }: ExecRequest): unknown {
  if (isBerthError(error, 'SYSCALL_FAILED')) {
    const { step, errno } = error.details;
    const joining = String(step).startsWith(joinLabel) && gone.has(String(errno));
    // A pid namespace without its first process takes no more (pid_namespaces(7)).
    const forking = String(step).startsWith(forkLabel) && errno === 'ENOMEM';
    if (joining || forking) {
      return new BerthError('CONTAINER_NOT_RUNNING', {
        message: `container ${id} is not running`,
        remedy: 'Start it with "docker start".',
        details: { container: id },
        cause: error,
      });
    }
  }
  return startError(error, process.args[0] ?? '', 'EXEC_FAILED');
}
