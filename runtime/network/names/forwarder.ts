import type { Clock } from '../../host/clock.ts';
import { responseCode } from './question.ts';
import { askUpstream, type Upstream } from './upstream.ts';

/** As many servers of a list are asked, as in Docker and resolv.conf(5). */
const mostUpstreams = 3;
/** Questions under way: of a container, and of all together. */
const limits = { own: 256, all: 1024 } as const;

/** A question for other servers. */
export interface Forwarded {
  /** The container that asks. */
  readonly sandbox: string;
  readonly upstreams: readonly Upstream[];
  readonly query: Buffer;
  readonly transport: 'udp' | 'tcp';
}

/** What came of it. */
export type ForwardOutcome =
  | { readonly kind: 'answered'; readonly answer: Buffer }
  /** There is no server, or none that knew an answer. */
  | { readonly kind: 'failed' }
  /** Too many questions are under way. */
  | { readonly kind: 'refused' };

/** How long servers are waited for, in milliseconds. */
export interface Patience {
  /** Until the next one is asked, too. */
  readonly nextMs: number;
  /** Until one is given up; Docker's is the same. */
  readonly giveUpMs: number;
}

const usualPatience: Patience = { nextMs: 1000, giveUpMs: 4000 };

/**
 * Asks other servers, in their order: the next one when one fails or has said nothing for a while, so that a dead one costs a second
 * instead of the resolver's patience. Questions do not wait for each other. Each container may have its share of all questions
 * under way: who asks faster than servers answer is refused, and nobody else.
 */
export class Forwarder {
  readonly #clock: Clock;
  readonly #patience: Patience;
  /** Questions under way, by container. */
  readonly #underWay = new Map<string, number>();
  readonly #end = new AbortController();

  constructor({
    clock,
    patience = usualPatience,
  }: {
    readonly clock: Clock;
    readonly patience?: Patience;
  }) {
    this.#clock = clock;
    this.#patience = patience;
  }

  async forward(question: Forwarded): Promise<ForwardOutcome> {
    const { sandbox } = question;
    const own = this.#underWay.get(sandbox) ?? 0;
    const containers = this.#underWay.size + (own === 0 ? 1 : 0);
    if (own >= Math.min(limits.own, Math.ceil(limits.all / containers))) return { kind: 'refused' };
    this.#underWay.set(sandbox, own + 1);
    try {
      const answer = await this.#askInTurn(question);
      return answer === undefined ? { kind: 'failed' } : { kind: 'answered', answer };
    } finally {
      const left = (this.#underWay.get(sandbox) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(sandbox);
      else this.#underWay.set(sandbox, left);
    }
  }

  /** Gives up what is under way. */
  close(): void {
    this.#end.abort(new Error('the name server ends'));
  }

  #askInTurn({ upstreams, query, transport }: Forwarded): Promise<Buffer | undefined> {
    const waiting = upstreams.slice(0, mostUpstreams);
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#end.signal]);
    let open = 0;
    return new Promise((resolve) => {
      const finish = (answer: Buffer | undefined): void => {
        resolve(answer);
        over.abort();
      };
      const askNext = (): void => {
        if (signal.aborted && open === 0) finish(undefined);
        if (signal.aborted) return;
        const upstream = waiting.shift();
        if (upstream === undefined) {
          if (open === 0) finish(undefined);
          return;
        }
        open += 1;
        const failed = (): void => {
          open -= 1;
          askNext();
        };
        const timeoutMs = this.#patience.giveUpMs;
        askUpstream({ upstream, query, transport, timeoutMs, signal }).then((answer) => {
          if (isUseful(answer)) finish(answer);
          else failed();
        }, failed);
        if (waiting.length > 0)
          this.#clock.sleep(this.#patience.nextMs, signal).then(askNext, nothing);
      };
      askNext();
    });
  }
}

/** A server that fails or refuses may do so for itself only: the next one is asked, as in Docker. */
function isUseful(answer: Buffer): boolean {
  const code = answer.readUInt8(3) & 0xf;
  return code !== responseCode.serverFailure && code !== responseCode.refused;
}

function nothing(): void {
  // The question is over.
}
