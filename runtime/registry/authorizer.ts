import type { Clock } from '../host/clock.ts';
import type { RegistryCredentials } from '../image/image-service.ts';
import type { AuthChallenge } from './auth-challenge.ts';
import { mergeScopes } from './scopes.ts';
import type { TokenCache } from './token-cache.ts';
import { basicHeader } from './token-service.ts';
import type { Token, TokenRequest } from './token-service.ts';

/** What an `Authorizer` needs. */
export interface AuthorizerOptions {
  readonly credentials: RegistryCredentials | undefined;
  /** What all requests need, such as `repository:library/ubuntu:pull`. */
  readonly scopes: readonly string[];
  readonly tokens: TokenCache;
  readonly clock: Clock;
  readonly fetchToken: (request: TokenRequest) => Promise<Token>;
}

/** Finds the header Authorization for one repository of one registry. */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  #challenge: AuthChallenge | undefined;
  #scopes: readonly string[];

  constructor(options: AuthorizerOptions) {
    this.#options = options;
    this.#scopes = options.scopes;
  }

  /** Takes note of what the registry asks for. */
  learn(challenge: AuthChallenge): void {
    this.#challenge = challenge;
    if (challenge.scheme !== 'bearer' || challenge.scope === undefined) return;
    this.#scopes = mergeScopes([...this.#scopes, ...challenge.scope.split(' ')]);
  }

  /**
   * The header to send, as far as is known what the registry asks for. Gets a token when there is none that is good.
   *
   * @param moreScopes What this request needs besides: to mount from another repository.
   * @throws REGISTRY_UNAUTHORIZED and others when the token service refuses
   */
  async header(moreScopes: readonly string[] = []): Promise<string | undefined> {
    const { credentials, tokens, clock, fetchToken } = this.#options;
    if (credentials?.kind === 'registry-token') return `Bearer ${credentials.token}`;
    if (this.#challenge === undefined) return undefined;
    if (this.#challenge.scheme === 'basic') return basicHeader(credentials);
    const request = this.#tokenRequest(this.#challenge, moreScopes);
    const { token } = await tokens.get(request, clock.now(), fetchToken);
    return `Bearer ${token}`;
  }

  /**
   * Answers a challenge that came although `sent` was sent, such as that of a token that has expired on the way.
   *
   * @returns The header to try now; `undefined` when there is nothing new to try
   * @throws what `header` throws
   */
  async answer(
    challenge: AuthChallenge,
    sent: string | undefined,
    moreScopes: readonly string[] = [],
  ): Promise<string | undefined> {
    this.learn(challenge);
    if (challenge.scheme === 'bearer' && sent?.startsWith('Bearer ') === true) {
      const request = this.#tokenRequest(challenge, moreScopes);
      await this.#options.tokens.forget(request, sent.slice('Bearer '.length));
    }
    const header = await this.header(moreScopes);
    return header === sent ? undefined : header;
  }

  #tokenRequest(
    { realm, service }: Extract<AuthChallenge, { scheme: 'bearer' }>,
    moreScopes: readonly string[],
  ): TokenRequest {
    const { credentials } = this.#options;
    const scopes = mergeScopes([...this.#scopes, ...moreScopes]);
    return { realm, service, scopes, credentials, access: 'online' };
  }
}
