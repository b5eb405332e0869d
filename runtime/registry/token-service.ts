import { z } from 'zod';

import type { HttpRequest, HttpResponse } from '../host/http-request.ts';
import type { RegistryCredentials } from '../image/image-service.ts';
import { readLimited } from './registry-answer.ts';
import { invalidResponse } from './registry-error.ts';

/** What a token is asked for. */
export interface TokenRequest {
  readonly realm: string;
  readonly service: string | undefined;
  /** Such as `repository:library/ubuntu:pull`; none for a login. */
  readonly scopes: readonly string[];
  readonly credentials: RegistryCredentials | undefined;
  /** `offline` asks for an identity token too, which is a login. */
  readonly access: 'online' | 'offline';
}

/** A token, and until when to use it. */
export interface Token {
  readonly token: string;
  readonly expiresAtMs: number;
  /** What Docker calls the identity token. */
  readonly refreshToken: string | undefined;
}

const tokenSchema = z.looseObject({
  token: z.string().optional(),
  access_token: z.string().optional(),
  refresh_token: z.string().optional(),
  expires_in: z.number().optional(),
  issued_at: z.string().optional(),
});

const maxTokenBytes = 256 * 1024;
/** What the specification says for tokens that do not say it themselves. */
const defaultLifeSeconds = 60;
/** Docker's own name: token services are known to give identity tokens to known clients only. */
const clientId = 'docker';

/**
 * The request for a token: by GET anonymously or with a password, by POST with an identity token (distribution's
 * token.md and oauth.md).
 */
export function tokenRequest(
  request: TokenRequest,
): Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'> {
  const { credentials, scopes, service, access } = request;
  const url = new URL(request.realm);
  if (credentials?.kind === 'identity-token') {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: credentials.token,
      client_id: clientId,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(service !== undefined && { service }),
      ...(access === 'offline' && { access_type: 'offline' }),
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url, headers, body: form.toString() };
  }
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (service !== undefined) url.searchParams.set('service', service);
  if (access === 'offline') {
    url.searchParams.set('offline_token', 'true');
    url.searchParams.set('client_id', clientId);
  }
  const authorization = basicHeader(credentials);
  if (credentials?.kind === 'basic') url.searchParams.set('account', credentials.username);
  return { method: 'GET', url, headers: authorization === undefined ? {} : { authorization } };
}

/** The header Authorization for user and password; `undefined` for other credentials. */
export function basicHeader(credentials: RegistryCredentials | undefined): string | undefined {
  if (credentials?.kind !== 'basic') return undefined;
  const { username, password } = credentials;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/**
 * Reads the answer of a token service.
 *
 * @throws REGISTRY_RESPONSE_INVALID
 */
export async function readToken(response: HttpResponse, url: URL, nowMs: number): Promise<Token> {
  const bytes = await readLimited(response.body, maxTokenBytes);
  let document: unknown;
  try {
    document = JSON.parse(bytes?.toString('utf8') ?? '');
  } catch {
    throw invalidResponse(url.href, 'the token service did not answer with JSON');
  }
  const answer = tokenSchema.safeParse(document).data;
  const token = answer?.token ?? answer?.access_token;
  // A header with a line break in it would be two headers.
  if (answer === undefined || token === undefined || !/^[\x21-\x7e]+$/.test(token))
    throw invalidResponse(url.href, 'the token service gave no token');
  return {
    token,
    expiresAtMs: expiry(answer.expires_in ?? defaultLifeSeconds, answer.issued_at, nowMs),
    refreshToken: answer.refresh_token,
  };
}

/** Counted from when the token was issued; clocks that are set wrongly must not make every token an old one. */
function expiry(lifeSeconds: number, issuedAt: string | undefined, nowMs: number): number {
  const lifeMs = Math.max(lifeSeconds, 1) * 1000;
  const issuedMs = issuedAt === undefined ? Number.NaN : Date.parse(issuedAt);
  const isPlausible = issuedMs <= nowMs && issuedMs + lifeMs > nowMs;
  return (isPlausible ? issuedMs : nowMs) + lifeMs;
}
