import { z } from 'zod';

import type { HttpConnections, HttpRequest } from '../host/http-request.ts';
import type { RegistryCredentials } from '../image/image-service.ts';
import type { AuthChallenge } from './auth-challenge.ts';
import { errorOfResponse, invalidResponse, readLimited } from './registry-error.ts';

type BearerChallenge = Extract<AuthChallenge, { scheme: 'bearer' }>;

const tokenSchema = z.looseObject({
  token: z.string().optional(),
  access_token: z.string().optional(),
});
const maxTokenBytes = 256 * 1024;

/** What an `Authorizer` needs. */
export interface AuthorizerOptions {
  readonly connections: HttpConnections;
  readonly credentials: RegistryCredentials | undefined;
  /** Timeouts and certificates, as for the registry. */
  readonly request: Pick<
    HttpRequest,
    'headTimeoutMs' | 'idleTimeoutMs' | 'certificates' | 'signal'
  >;
  /** Names of the image, for errors. */
  readonly asked: { readonly name: string; readonly repository: string };
  /** `repository:library/ubuntu:pull`, used when the registry names no scope. */
  readonly scope: string;
}

/** Finds the header Authorization for one repository of one registry. */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  #header: string | undefined;

  constructor(options: AuthorizerOptions) {
    this.#options = options;
    const { credentials } = options;
    if (credentials?.kind === 'registry-token') this.#header = `Bearer ${credentials.token}`;
  }

  /** The header to send with requests, as far as is known yet. */
  get header(): string | undefined {
    return this.#header;
  }

  /**
   * Answers a challenge.
   *
   * @returns Whether there is something new to try: without credentials, there is no answer to a basic challenge
   * @throws REGISTRY_UNAUTHORIZED and others when the token service refuses
   */
  async answer(challenge: AuthChallenge): Promise<boolean> {
    const before = this.#header;
    this.#header =
      challenge.scheme === 'basic' ? this.#basic() : `Bearer ${await this.#token(challenge)}`;
    return this.#header !== undefined && this.#header !== before;
  }

  #basic(): string | undefined {
    const { credentials } = this.#options;
    if (credentials?.kind !== 'basic') return undefined;
    return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  }

  /** Gets a token: by GET anonymously or with a password, by POST with an identity token (distribution's "OAuth2"). */
  async #token(challenge: BearerChallenge): Promise<string> {
    const { connections, credentials, request, asked } = this.#options;
    const parameters = new URLSearchParams({ scope: challenge.scope ?? this.#options.scope });
    if (challenge.service !== undefined) parameters.set('service', challenge.service);
    const url = new URL(challenge.realm);
    const response =
      credentials?.kind === 'identity-token'
        ? await connections.request({
            ...request,
            method: 'POST',
            url,
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: refreshForm(parameters, credentials.token),
          })
        : await connections.request({
            ...request,
            method: 'GET',
            url: withParameters(url, parameters),
            headers: this.#basicHeaders(),
          });
    if (response.status !== 200)
      throw await errorOfResponse(response, { ...asked, url: url.href, what: 'token' });
    const bytes = await readLimited(response.body, maxTokenBytes);
    return parseToken(bytes, url.href);
  }

  #basicHeaders(): Record<string, string> {
    const header = this.#basic();
    return header === undefined ? {} : { authorization: header };
  }
}

function refreshForm(parameters: URLSearchParams, token: string): string {
  const form = new URLSearchParams(parameters);
  form.set('grant_type', 'refresh_token');
  form.set('refresh_token', token);
  form.set('client_id', 'berth');
  return form.toString();
}

function withParameters(url: URL, parameters: URLSearchParams): URL {
  const whole = new URL(url);
  for (const [name, value] of parameters) whole.searchParams.set(name, value);
  return whole;
}

function parseToken(bytes: Buffer | undefined, url: string): string {
  let document: unknown;
  try {
    document = JSON.parse(bytes?.toString('utf8') ?? '');
  } catch {
    throw invalidResponse(url, 'the token service did not answer with JSON');
  }
  const parsed = tokenSchema.safeParse(document);
  const token = parsed.data?.token ?? parsed.data?.access_token;
  // A header with a line break in it would be two headers.
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token))
    throw invalidResponse(url, 'the token service gave no token');
  return token;
}
