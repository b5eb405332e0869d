import { isBerthError } from '../errors/berth-error.ts';
import type { Token, TokenRequest } from './token-service.ts';

/** A token is not used in its last seconds: it has to arrive, too. */
const marginMs = 5_000;

/** Tokens by what they are for, so that one is asked for once, however many requests need it. */
export class TokenCache {
  readonly #tokens = new Map<string, Promise<Token>>();

  /**
   * The token for a request: one that is still good, the one that somebody is asking for just now, or a new one.
   *
   * @throws what `fetch` throws
   */
  async get(
    request: TokenRequest,
    nowMs: number,
    fetch: (request: TokenRequest) => Promise<Token>,
  ): Promise<Token> {
    const key = keyOf(request);
    for (;;) {
      const shared = this.#tokens.get(key);
      if (shared === undefined) return this.#fetched(key, fetch(request));
      const token = await shared.catch((error: unknown) => {
        if (isBerthError(error)) throw error;
        // Whoever asked was stopped; that is no answer for us.
        return undefined;
      });
      if (token !== undefined && token.expiresAtMs - marginMs > nowMs) return token;
      if (this.#tokens.get(key) === shared) this.#tokens.delete(key);
    }
  }

  async #fetched(key: string, fetched: Promise<Token>): Promise<Token> {
    this.#tokens.set(key, fetched);
    try {
      return await fetched;
    } catch (error) {
      if (this.#tokens.get(key) === fetched) this.#tokens.delete(key);
      throw error;
    }
  }

  /** Forgets a token that was refused. */
  async forget(request: TokenRequest, refused: string): Promise<void> {
    const key = keyOf(request);
    const shared = this.#tokens.get(key);
    const known = await shared?.catch(() => undefined);
    if (known?.token === refused && this.#tokens.get(key) === shared) this.#tokens.delete(key);
  }
}

function keyOf({ realm, service, scopes, credentials, access }: TokenRequest): string {
  return JSON.stringify([realm, service, scopes.toSorted(), credentials, access]);
}
