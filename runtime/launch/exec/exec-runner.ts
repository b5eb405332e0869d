import { stringifyPrecise } from '../../spec/precise-json.ts';
import type { Process } from '../../spec/process.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import { PreparedProgram } from '../../syscall/prepared-program.ts';
import type { HostFacts } from '../host-facts.ts';
import type { FilterCache } from '../seccomp/filter-cache.ts';
import { execError } from './exec-error.ts';
import { execProgram, type ExecProgram } from './exec-program.ts';
import { ExecSession } from './exec-session.ts';
import { ExecSocket } from './exec-socket.ts';
import { Recent } from './recent.ts';
import { planExec, type ExecRequest } from './plan-exec.ts';

/** A process that was executed. */
export interface ExecStarted {
  readonly session: ExecSession;
  /** What was asked for and this host does not allow, a sentence each. */
  readonly warnings: readonly string[];
}

/** What is the same each time that a program is executed in a container, whatever its arguments. */
interface PreparedExec extends Omit<ExecProgram, 'program'> {
  readonly program: PreparedProgram;
  readonly warnings: readonly string[];
}

/** Some 50 KB each. */
const mostPrepared = 32;

/** Room for the arguments: few different sizes, so that others find theirs prepared. */
function argumentBytes({ args }: Process): number {
  const bytes = args.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, leastArgumentBytes)));
}

const leastArgumentBytes = 256;

/** Executes processes in running containers. */
export class ExecRunner {
  readonly #launcher: Launcher;
  readonly #host: HostFacts;
  readonly #filters: FilterCache;
  readonly #path: string;
  readonly #prepared = new Recent<PreparedExec>(mostPrepared);
  /** Of specifications, which stay the same objects as long as nothing in them changes. */
  readonly #specNumbers = new WeakMap<Spec, number>();
  #nextSpecNumber = 0;
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
      const { program, token, args, unchanged, warnings } = this.#prepared.get(
        this.#keyOf(request),
        () => this.#prepare(request, socket.path),
      );
      program.fill(token, arrival.token);
      if (request.unchanged) program.fill(unchanged, request.unchanged.status);
      program.fillStrings(args, request.process.args);
      const { data } = await this.#launcher.spawn(program);
      const session = new ExecSession(data.readUInt32LE(0), await arrival.links);
      return { session, warnings };
    } catch (error) {
      arrival.cancel();
      throw execError(error, request);
    }
  }

  /** Equal when the program is, but for what is filled in. */
  #keyOf({ spec, unchanged, ...request }: ExecRequest): string {
    const { process } = request;
    const args = [process.args[0], process.args.length, argumentBytes(process)];
    const number = this.#specNumbers.get(spec) ?? this.#nextSpecNumber;
    if (number === this.#nextSpecNumber) {
      this.#specNumbers.set(spec, number);
      this.#nextSpecNumber += 1;
    }
    const files = unchanged?.paths ?? [];
    return stringifyPrecise([number, files, { ...request, process: { ...process, args } }]);
  }

  #prepare(request: ExecRequest, socketPath: string): PreparedExec {
    const { plan, warnings } = planExec(request, { host: this.#host, filters: this.#filters });
    const name = `exec in ${request.id.slice(0, 12)}`;
    const { streams } = request;
    const made = execProgram(plan, {
      name,
      streams,
      socketPath,
      argumentBytes: argumentBytes(request.process),
      unchangedPaths: request.unchanged?.paths ?? [],
    });
    return { ...made, program: new PreparedProgram(made.program), warnings };
  }

  /** Lets go of the socket; what was executed goes on. */
  async close(): Promise<void> {
    await (await this.#socket)?.close();
  }
}
