import { stringifyPrecise } from '../../spec/precise-json.ts';
import type { Process } from '../../spec/process.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import { PreparedProgram } from '../../syscall/prepared-program.ts';
import type { RunningProgram } from '../../syscall/program-result.ts';
import type { HostFacts } from '../host-facts.ts';
import type { FilterCache } from '../seccomp/filter-cache.ts';
import { execError } from './exec-error.ts';
import { execProgram, type ExecProgram } from './exec-program.ts';
import { ExecSession } from './exec-session.ts';
import { type Arrival, ExecSocket } from './exec-socket.ts';
import { goMessage } from './protocol.ts';
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

/** A process of which all is there but itself. It is started once, or dropped. */
export interface ReadyExec {
  /** Executes it. @throws as `ExecRunner.exec` */
  go(): Promise<ExecStarted>;
  /** It is not wanted: its relay ends. */
  drop(): void;
}

/** A relay that was launched. */
interface Relay {
  readonly arrival: Arrival;
  /** Its answer once the program has been executed. */
  readonly executed: Promise<RunningProgram>;
  readonly warnings: readonly string[];
}

/** What is filled in for a relay's gate. */
const open = new Uint8Array(8);
const shut = new Uint8Array(8).fill(1);

async function startedBy(
  { arrival, executed, warnings }: Relay,
  request: ExecRequest,
): Promise<ExecStarted> {
  try {
    const { data } = await executed;
    return { session: new ExecSession(data.readUInt32LE(0), await arrival.links), warnings };
  } catch (error) {
    arrival.cancel();
    throw execError(error, request);
  }
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
    const relay = await this.#launch(request, open);
    return startedBy(relay, request);
  }

  /**
   * Makes ready for a process that is likely to be wanted: its relay, which waits outside of the container.
   * @throws as `exec`, what is known beforehand
   */
  async ready(request: ExecRequest): Promise<ReadyExec> {
    const relay = await this.#launch(request, shut);
    // Whoever wants the process hears of what went wrong, and of one that nobody wants nobody does.
    relay.executed.catch(() => undefined);
    return {
      go: () => {
        void relay.arrival.links.then(({ control }) => control.write(goMessage));
        return startedBy(relay, request);
      },
      drop: () => {
        relay.arrival.cancel();
      },
    };
  }

  async #launch(request: ExecRequest, gate: Uint8Array): Promise<Relay> {
    this.#socket ??= ExecSocket.open(this.#path);
    const socket = await this.#socket;
    const arrival = socket.expect(request.streams);
    try {
      const prepared = this.#prepared.get(this.#keyOf(request), () =>
        this.#prepare(request, socket.path),
      );
      const { program, warnings } = prepared;
      program.fill(prepared.token, arrival.token);
      program.fill(prepared.gate, gate);
      program.fillStrings(prepared.args, request.process.args);
      return { arrival, executed: this.#launcher.spawn(program), warnings };
    } catch (error) {
      arrival.cancel();
      throw execError(error, request);
    }
  }

  /** Equal when the program is, but for what is filled in. */
  #keyOf({ spec, ...request }: ExecRequest): string {
    const { process } = request;
    const args = [process.args[0], process.args.length, argumentBytes(process)];
    const number = this.#specNumbers.get(spec) ?? this.#nextSpecNumber;
    if (number === this.#nextSpecNumber) {
      this.#specNumbers.set(spec, number);
      this.#nextSpecNumber += 1;
    }
    return stringifyPrecise([number, { ...request, process: { ...process, args } }]);
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
    });
    return { ...made, program: new PreparedProgram(made.program), warnings };
  }

  /** Lets go of the socket; what was executed goes on. */
  async close(): Promise<void> {
    await (await this.#socket)?.close();
  }
}
