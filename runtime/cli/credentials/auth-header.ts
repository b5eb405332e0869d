import { isBerthError } from '../../errors/berth-error.ts';
import type { EngineContext } from '../context.ts';
import { showError } from '../render/show-error.ts';
import { CredentialStore } from './credential-store.ts';
import type { Login } from './login.ts';
import { credentialsKey, registryOfImage } from './registry-key.ts';

/** A header of a request. */
type Headers = Record<string, string>;

/** Docker's `X-Registry-Auth`: base64url of JSON. dockerd wants it with every push, even when it is empty. */
function headersOf(key: string, login: Login | undefined): Headers {
  const auth =
    login === undefined
      ? {}
      : {
          username: login.username,
          password: login.password,
          serveraddress: key,
          ...(login.identityToken === '' ? {} : { identitytoken: login.identityToken }),
          ...(login.registryToken === '' ? {} : { registrytoken: login.registryToken }),
        };
  return { 'X-Registry-Auth': Buffer.from(JSON.stringify(auth)).toString('base64url') };
}

/**
 * The header with the user's login for the registry of an image. A configuration file that cannot be read is warned of, as docker
 * does: most pulls need no login.
 *
 * @throws CREDENTIAL_HELPER_FAILED
 */
export async function registryAuth(
  context: Pick<EngineContext, 'env' | 'console' | 'describe'>,
  image: string,
): Promise<Headers> {
  const key = credentialsKey(registryOfImage(image));
  try {
    return headersOf(key, await new CredentialStore(context.env).find(key));
  } catch (error) {
    if (!isBerthError(error, 'CREDENTIALS_FILE_INVALID')) throw error;
    await context.console.errors.write('WARNING: going on without a login\n');
    await showError(context, error);
    return headersOf(key, undefined);
  }
}
