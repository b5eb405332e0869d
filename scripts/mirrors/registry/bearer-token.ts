import { z } from 'zod';
import type { MirrorWeb, Page } from '../web/mirror-web.ts';
import { ProbeFailure } from '../web/probe-failure.ts';

const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** A parameter of a challenge: a token, `=`, then a quoted string or a token (RFC 9110, section 11.2). */
const parameter = /([a-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;

/**
 * Gets the anonymous token that an answer with status 401 asks for (distribution's token specification) and returns the
 * value of the header Authorization.
 *
 * @throws ProbeFailure: `login` when it wants a password, or answers with no token.
 */
export async function bearerToken(
  challenged: Page,
  { web, repository }: { readonly web: MirrorWeb; readonly repository: string },
): Promise<string> {
  const header = challenged.headers['www-authenticate'] ?? '';
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/is.exec(header)?.[1];
  if (bearer === undefined) throw new ProbeFailure({ is: 'login' });
  const parameters = new Map(
    [...bearer.matchAll(parameter)].map(([, name = '', quoted, plain]) => [
      name.toLowerCase(),
      plain ?? (quoted ?? '').replace(/\\(.)/g, '$1'),
    ]),
  );
  const realm = parameters.get('realm');
  if (realm === undefined || !URL.canParse(realm, challenged.url)) {
    throw new ProbeFailure({ is: 'damaged', part: 'token', url: challenged.url.href });
  }
  const url = new URL(realm, challenged.url);
  const service = parameters.get('service');
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', `repository:${repository}:pull`);
  const { bytes } = await web.file({ url, part: 'token' });
  const token = readToken(bytes);
  if (token === undefined) {
    throw new ProbeFailure({ is: 'damaged', part: 'token', url: url.href });
  }
  return `Bearer ${token}`;
}

function readToken(bytes: Buffer): string | undefined {
  try {
    const answer = tokenAnswer.parse(JSON.parse(bytes.toString('utf8')));
    return answer.token ?? answer.access_token;
  } catch {
    // Not what the specification says: the caller has a word for that.
    return undefined;
  }
}
