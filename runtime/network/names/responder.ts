import { AnswerCache } from './answer-cache.ts';
import type { Forwarder } from './forwarder.ts';
import type { NameDirectory } from './name-directory.ts';
import { parseRequest, type Question, responseCode } from './question.ts';
import { encodeRefusal } from './reply.ts';
import { resolveNames } from './resolve.ts';
import type { Upstream } from './upstream.ts';

/** Where a container's questions go that are about no container. */
export interface Forwarding {
  /** In the order in which they are asked; the first three count. */
  readonly upstreams: readonly Upstream[];
  /**
   * `off`: to none that is asked from elsewhere. A container that is only in internal networks must not reach beyond them by names
   * either; from its own namespace it reaches what it may.
   */
  readonly forwarding: 'on' | 'off';
}

/** Answers the questions of one container, however they come. */
export class Responder {
  readonly #sandbox: string;
  readonly #directory: NameDirectory;
  readonly #forwarder: Forwarder;
  readonly #report: (problem: unknown) => void;
  /** An answer by UDP may have to be cut short. */
  readonly #caches = { udp: new AnswerCache(), tcp: new AnswerCache() };
  forwarding: Forwarding;

  constructor({
    sandbox,
    directory,
    forwarder,
    forwarding,
    report,
  }: {
    readonly sandbox: string;
    readonly directory: NameDirectory;
    readonly forwarder: Forwarder;
    readonly forwarding: Forwarding;
    /** Told what should not happen: the directory has thrown. */
    readonly report: (problem: unknown) => void;
  }) {
    this.#sandbox = sandbox;
    this.#directory = directory;
    this.#forwarder = forwarder;
    this.forwarding = forwarding;
    this.#report = report;
  }

  /** The answer to what was asked before in the same words; `undefined`: ask `answer`. */
  knownAnswer(query: Buffer, transport: 'udp' | 'tcp'): Buffer | undefined {
    return this.#caches[transport].answer(query, this.#directory.generation);
  }

  /** The answer to a message; `undefined` when it is to have none. Does not throw. */
  async answer(query: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer | undefined> {
    const request = parseRequest(query);
    if (request.kind === 'nothing') return undefined;
    if (request.kind === 'refused') return encodeRefusal(query, request.code);
    const { question } = request;
    try {
      const inquiry = { sandbox: this.#sandbox, query, question, transport };
      const resolution = resolveNames(inquiry, this.#directory);
      if (resolution.kind === 'forward') return await this.#forward(query, question, transport);
      return this.#caches[transport].remember(query, resolution.answers);
    } catch (problem) {
      this.#report(problem);
      return encodeRefusal(query, responseCode.serverFailure, question);
    }
  }

  async #forward(query: Buffer, question: Question, transport: 'udp' | 'tcp'): Promise<Buffer> {
    const { upstreams: all, forwarding } = this.forwarding;
    const upstreams = forwarding === 'on' ? all : all.filter(({ sockets }) => sockets);
    if (upstreams.length === 0) return encodeRefusal(query, responseCode.serverFailure, question);
    const sandbox = this.#sandbox;
    const outcome = await this.#forwarder.forward({ sandbox, upstreams, query, transport });
    switch (outcome.kind) {
      case 'answered':
        return outcome.answer;
      case 'failed':
        return encodeRefusal(query, responseCode.serverFailure, question);
      case 'refused':
        return encodeRefusal(query, responseCode.refused, question);
    }
  }
}
