import { z } from 'zod';

import type { RegistryCredentials } from '../../image/image-service.ts';
import { withSchemaKeys } from '../http/schema-keys.ts';

/** Credentials as Docker's clients send them, in a header and as the body of `POST /auth`. */
export const authSchema = z.looseObject({
  username: z.string().nullish(),
  password: z.string().nullish(),
  auth: z.string().nullish(),
  identitytoken: z.string().nullish(),
  registrytoken: z.string().nullish(),
  serveraddress: z.string().nullish(),
});

/** The credentials that such an object holds; `undefined` when it holds none. */
export function credentialsFrom(
  auth: z.output<typeof authSchema>,
): RegistryCredentials | undefined {
  if (auth.registrytoken) return { kind: 'registry-token', token: auth.registrytoken };
  if (auth.identitytoken) return { kind: 'identity-token', token: auth.identitytoken };
  if (auth.username) {
    return { kind: 'basic', username: auth.username, password: auth.password ?? '' };
  }
  const [, username, password] =
    /^([^:]+):(.*)$/s.exec(Buffer.from(auth.auth ?? '', 'base64').toString('utf8')) ?? [];
  if (username === undefined) return undefined;
  return { kind: 'basic', username, password: password ?? '' };
}

/**
 * Credentials of the `X-Registry-Auth` header: base64url of JSON. Docker ignores what it cannot read there, because
 * most requests need none; so does this.
 */
export function credentialsOf(
  header: string | readonly string[] | undefined,
): RegistryCredentials | undefined {
  if (typeof header !== 'string' || header === '') return undefined;
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  const { data } = authSchema.safeParse(withSchemaKeys(authSchema, json));
  return data === undefined ? undefined : credentialsFrom(data);
}
