import { BerthError } from '../../errors/berth-error.ts';
import type { Login } from './login.ts';

type Json = Readonly<Record<string, unknown>>;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** `auth`: base64 of name, colon and password. Some old files end in NUL characters. */
function decodeAuth(auth: string): { readonly username: string; readonly password: string } {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon <= 0
    ? { username: '', password: '' }
    : { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}

/**
 * The login in an entry of `auths`.
 *
 * @throws CREDENTIALS_FILE_INVALID when its `auth` is no base64 of `name:password`
 */
export function loginOfEntry(key: string, entry: Json): Login {
  const auth = textOf(entry['auth']);
  const pair =
    auth === ''
      ? { username: textOf(entry['username']), password: textOf(entry['password']) }
      : decodeAuth(auth);
  if (auth !== '' && pair.username === '') {
    throw new BerthError('CREDENTIALS_FILE_INVALID', {
      message: `'auths' has an unreadable 'auth' for '${key}', wanted base64 of name:password`,
      remedy: `Log in again: berth login ${key}`,
      details: { key },
    });
  }
  return {
    ...pair,
    identityToken: textOf(entry['identitytoken']),
    registryToken: textOf(entry['registrytoken']),
  };
}

/** The entry of `auths` for a login. A token takes the place of the password. */
export function entryOfLogin({ username, password, identityToken }: Login): Json {
  const pair = `${username}:${identityToken === '' ? password : ''}`;
  return {
    auth: Buffer.from(pair, 'utf8').toString('base64'),
    ...(identityToken === '' ? {} : { identitytoken: identityToken }),
  };
}
