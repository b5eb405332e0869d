/** What a registry asks for with the status 401 (RFC 9110, section 11.6.1; distribution's token specification). */
export type AuthChallenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer';
      /** Where to get a token. */
      readonly realm: string;
      readonly service: string | undefined;
      readonly scope: string | undefined;
    };

/** A parameter of a challenge: a token, `=`, then a token or a quoted string. */
const parameter = /([a-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;

/** Where a challenge begins: a scheme that is not the name of a parameter. */
const schemeStart = /(?:^|,)\s*(basic|bearer)(?=\s|,|$)/gi;

/**
 * Parses the header WWW-Authenticate. Bearer is preferred when both are offered; other schemes are left out.
 */
export function parseChallenge(header: string): AuthChallenge | undefined {
  const starts = [...header.matchAll(schemeStart)];
  const challenges = starts.map((start, i): AuthChallenge | undefined => {
    if (start[1]?.toLowerCase() === 'basic') return { scheme: 'basic' };
    const text = header.slice(start.index + start[0].length, starts[i + 1]?.index);
    const parameters = new Map<string, string>();
    for (const [, name = '', quoted, token] of text.matchAll(parameter)) {
      parameters.set(name.toLowerCase(), token ?? (quoted ?? '').replace(/\\(.)/g, '$1'));
    }
    const realm = parameters.get('realm');
    if (realm === undefined || !URL.canParse(realm)) return undefined;
    return {
      scheme: 'bearer',
      realm,
      service: parameters.get('service'),
      scope: parameters.get('scope'),
    };
  });
  const known = challenges.filter((challenge) => challenge !== undefined);
  return known.find(({ scheme }) => scheme === 'bearer') ?? known[0];
}
