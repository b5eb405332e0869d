import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Question, Reply } from './peer.ts';

/** What is asked of whom, such as `tcp 192.0.2.1:8080` or `udp [::1]:80`. */
export type Place = `${'tcp' | 'udp'} ${string}`;

/** Longest time until an answer that is expected, in milliseconds. */
const patienceMs = 10_000;
/** Time after which there is taken to be none. */
const silenceMs = 400;

/** A program in each of some network namespaces, that answers and asks (`peer.ts`). */
export class Peers<Name extends string> {
  readonly #children = new Map<Name, ChildProcess>();
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #last = 0;

  static async start<Name extends string>(
    names: readonly Name[],
    pathOf: (name: Name) => string,
  ): Promise<Peers<Name>> {
    const peers = new Peers<Name>();
    await Promise.all(names.map((name) => peers.#start(name, pathOf(name))));
    return peers;
  }

  async #start(name: Name, namespace: string): Promise<void> {
    const program = [process.execPath, join(import.meta.dirname, 'peer.ts'), name];
    const child = spawn('nsenter', [`--net=${namespace}`, ...program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#children.set(name, child);
    const lines = createInterface({ input: child.stdout });
    await once(lines, 'line');
    lines.on('line', (line) => {
      const reply = JSON.parse(line) as Reply;
      this.#waiting.get(reply.id)?.(reply);
    });
  }

  /** What is said to `from` at a place: by whom, and who that thinks has asked; `nobody` when no answer comes. */
  async ask(
    from: Name,
    place: Place,
    { answer, keep }: { readonly answer: 'expected' | 'unexpected'; readonly keep?: string },
  ): Promise<string> {
    const [, protocol, host = '', port] = /^(\w+) \[?([^\]]*)\]?:(\d+)$/.exec(place) ?? [];
    this.#last += 1;
    const question: Question = {
      id: this.#last,
      protocol: protocol === 'udp' ? 'udp' : 'tcp',
      host,
      port: Number(port),
      timeoutMs: answer === 'expected' ? patienceMs : silenceMs,
      ...(keep !== undefined && { keep }),
    };
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.set(question.id, resolve);
      this.#children.get(from)?.stdin?.write(`${JSON.stringify(question)}\n`);
    });
    this.#waiting.delete(question.id);
    return reply.said ?? 'nobody';
  }

  async stop(): Promise<void> {
    await Promise.all(
      [...this.#children.values()].map(async (child) => {
        const ended = once(child, 'exit');
        child.stdin?.end();
        await ended;
      }),
    );
  }
}
