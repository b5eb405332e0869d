import { ApiClient, segment } from '../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../runtime/cli/client/endpoint.ts';
import {
  fieldsAt,
  fieldsOf,
  flagAt,
  listOf,
  numberAt,
  optionalNumber,
  textAt,
} from '../../runtime/cli/client/fields.ts';
import { isApiStatus } from '../../runtime/cli/client/failure.ts';

/** A container that runs, and the process that it is. */
export interface RunningContainer {
  readonly id: string;
  readonly pid: number;
  /** Whether it is removed when it ends (docker run --rm). */
  readonly autoRemove: boolean;
}

/** What an engine says of a container. */
interface ContainerSeen {
  readonly running: boolean;
  readonly pid: number;
  readonly exitCode: number;
  readonly autoRemove: boolean;
}

/** What an upgrade asks of an engine, before and after. Each question has its own time limit. */
export class EngineQuestions {
  readonly #socketPath: string;
  readonly #signal: AbortSignal;

  constructor(socketPath: string, signal: AbortSignal) {
    this.#socketPath = socketPath;
    this.#signal = signal;
  }

  /** A client of its own for every question: one remembers what its first one led to, also that nobody answered. */
  get client(): ApiClient {
    return new ApiClient(parseEndpoint(`unix://${this.#socketPath}`));
  }

  /** Its version. Not `/_ping`, which is answered before there is an engine. */
  async version(): Promise<string> {
    return textAt(fieldsOf(await this.#get('/version'), 'version'), 'Version');
  }

  /** The containers that run. */
  async running(): Promise<readonly RunningContainer[]> {
    const rows = listOf(await this.#get('/containers/json'), 'containers');
    const found: RunningContainer[] = [];
    for (const row of rows) {
      const id = textAt(fieldsOf(row, 'container'), 'Id');
      const state = await this.stateOf(id);
      const { running = false, pid = 0, autoRemove = false } = state ?? {};
      if (running) found.push({ id, pid, autoRemove });
    }
    return found;
  }

  /** State of a container; `undefined` when the engine does not know it. */
  async stateOf(id: string): Promise<ContainerSeen | undefined> {
    try {
      const answer = await this.#get(`/containers/${segment(id)}/json`);
      const container = fieldsOf(answer, 'container');
      const state = fieldsAt(container, 'State');
      return {
        running: flagAt(state, 'Running'),
        pid: numberAt(state, 'Pid'),
        exitCode: optionalNumber(state, 'ExitCode'),
        autoRemove: flagAt(fieldsAt(container, 'HostConfig'), 'AutoRemove'),
      };
    } catch (error) {
      if (isApiStatus(error, 404)) return undefined;
      throw error;
    }
  }

  #get(path: string): Promise<unknown> {
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(answerTimeoutMs)]);
    return this.client.json({ method: 'GET', path, signal });
  }
}

/** An engine that takes longer than this for a simple question is as good as none, in milliseconds. */
const answerTimeoutMs = 10_000;
