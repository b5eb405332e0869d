import { X509Certificate, createSign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';

import { makeCertificate, startServer } from './support.ts';

/** How a `TokenIssuer` goes about it. */
export interface TokenIssuerOptions {
  /** Whom it gives tokens: everybody, or ann with the password "secret", or with the identity token "ann-for-long". */
  readonly audience: 'all' | 'ann';
  /** Seconds until a token expires; the default is what it says when it says nothing, 60. */
  readonly lifeSeconds?: number;
  /** Actions that nobody gets, such as `push`. */
  readonly withheld?: readonly string[];
}

/** What a token was asked for. */
export interface AskedToken {
  readonly method: string;
  readonly scopes: readonly string[];
  readonly parameters: URLSearchParams;
}

/** A token service, and the registry's configuration that believes it. */
export interface TokenIssuer {
  /** `auth` section of docker-registry's configuration. */
  readonly auth: object;
  readonly asked: AskedToken[];
}

const annHeader = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
const identityToken = 'ann-for-long';

/** Starts a token service (distribution's token.md and oauth.md) for one test. Its tokens are signed with a new RSA key. */
export async function startTokenIssuer(options: TokenIssuerOptions): Promise<TokenIssuer> {
  const { certificate, key } = await makeCertificate();
  const der = new X509Certificate(readFileSync(certificate)).raw.toString('base64');
  const privateKey = readFileSync(key);
  const asked: AskedToken[] = [];

  const sign = (service: string | null, scopes: readonly string[]): string => {
    const encode = (part: object): string =>
      Buffer.from(JSON.stringify(part)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: 'issuer',
      aud: service,
      exp: now + (options.lifeSeconds ?? 60),
      nbf: now - 60,
      iat: now,
      access: scopes.map((scope) => accessOf(scope, options.withheld ?? [])),
    };
    const body = `${encode({ typ: 'JWT', alg: 'RS256', x5c: [der] })}.${encode(claims)}`;
    return `${body}.${createSign('RSA-SHA256').update(body).sign(privateKey).toString('base64url')}`;
  };

  const host = await startServer((request, response) => {
    void parametersOf(request).then((parameters) => {
      const method = request.method ?? '';
      const scopes = parameters.getAll('scope').flatMap((scope) => scope.split(' '));
      asked.push({ method, scopes, parameters });
      const isAnn =
        request.headers.authorization === annHeader ||
        parameters.get('refresh_token') === identityToken;
      if (options.audience === 'ann' && !isAnn) {
        const problem = { code: 'UNAUTHORIZED', message: 'incorrect username or password' };
        response.writeHead(401).end(JSON.stringify({ errors: [problem] }));
        return;
      }
      const isLogin = parameters.get('offline_token') === 'true';
      const token = sign(parameters.get('service'), scopes);
      response.end(
        JSON.stringify({
          [method === 'POST' ? 'access_token' : 'token']: token,
          ...(options.lifeSeconds !== undefined && { expires_in: options.lifeSeconds }),
          ...(isLogin && { refresh_token: identityToken }),
        }),
      );
    });
  });
  const token = {
    realm: `http://${host}/token`,
    service: 'registry',
    issuer: 'issuer',
    rootcertbundle: certificate,
  };
  return { auth: { token }, asked };
}

async function parametersOf(request: IncomingMessage): Promise<URLSearchParams> {
  const body = (await request.toArray()).join('');
  if (request.method === 'POST') return new URLSearchParams(body);
  return new URL(request.url ?? '', 'http://tokens').searchParams;
}

function accessOf(scope: string, withheld: readonly string[]): object {
  const [type, name, actions = ''] = scope.split(':');
  return { type, name, actions: actions.split(',').filter((action) => !withheld.includes(action)) };
}
