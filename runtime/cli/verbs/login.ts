import { isBerthError } from '../../errors/berth-error.ts';
import type { ApiClient } from '../client/client.ts';
import { fieldsOf, optionalText } from '../client/fields.ts';
import type { EngineContext } from '../context.ts';
import type { LoginPlace } from '../credentials/credential-store.ts';
import { CredentialStore } from '../credentials/credential-store.ts';
import type { Login } from '../credentials/login.ts';
import { isUsable } from '../credentials/login.ts';
import { credentialsKey } from '../credentials/registry-key.ts';
import { showError } from '../render/show-error.ts';
import type { LoginOptions } from '../credentials/ask-login.ts';
import { askLogin, checkLoginOptions } from '../credentials/ask-login.ts';
import { defineVerb } from '../verb.ts';

/** Lets the daemon try a login; the registry may give a token in place of the password. */
async function authenticate(
  client: ApiClient,
  key: string,
  login: Login,
): Promise<{ readonly login: Login; readonly words: string }> {
  const body = {
    username: login.username,
    password: login.password,
    serveraddress: key,
    ...(login.identityToken === '' ? {} : { identitytoken: login.identityToken }),
  };
  const answer = await client.json({ method: 'POST', path: '/auth', body });
  const fields = fieldsOf(answer ?? {}, 'auth');
  const identityToken = optionalText(fields, 'IdentityToken');
  return {
    login: identityToken === '' ? login : { ...login, password: '', identityToken },
    words: optionalText(fields, 'Status') || 'Login Succeeded',
  };
}

async function tellPlace({ console }: EngineContext, place: LoginPlace): Promise<void> {
  if (place.kind === 'helper') return;
  await console.errors.write(
    `\nWARNING! Your credentials are stored unencrypted in '${place.path}'.\n` +
      'Configure a credential helper to remove this warning. See\n' +
      'https://docs.docker.com/go/credential-store/\n\n',
  );
}

/** Tries the login that is kept; `undefined` when the registry does not take it any more. */
async function tryKept(
  { client, context }: { readonly client: ApiClient; readonly context: EngineContext },
  key: string,
  kept: Login,
): Promise<string | undefined> {
  const { errors } = context.console;
  await errors.write(`Authenticating with existing credentials... [Username: ${kept.username}]\n`);
  try {
    return (await authenticate(client, key, kept)).words;
  } catch (error) {
    if (!isBerthError(error) || error.code === 'DAEMON_UNREACHABLE') throw error;
    await showError(context, error);
    return undefined;
  }
}

/** `berth login`: tries a name and password at a registry, and keeps them where docker does. */
export const login = defineVerb<LoginOptions>({
  define: (command) => {
    command
      .argument('[server]', 'registry, such as ghcr.io or localhost:5000 (default Docker Hub)')
      .option('-u, --username <name>', 'name at the registry')
      .option('-p, --password <password>', 'password or token; others can see it: see the next one')
      .option('--password-stdin', 'read the password from standard input');
  },
  run: async ({ context, client, args, options }) => {
    const { console, env } = context;
    checkLoginOptions(options);
    const key = credentialsKey(args[0] ?? '');
    const store = new CredentialStore(env);
    // Also with a new name and password: what cannot be kept afterwards is not asked for.
    const kept = await store.find(key);
    if (options.password !== undefined) {
      await console.errors.write(
        'WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n',
      );
    }
    if (options.username === undefined && options.password === undefined) {
      const words =
        kept !== undefined && isUsable(kept)
          ? await tryKept({ client, context }, key, kept)
          : undefined;
      if (words !== undefined) {
        await console.output.write(`${words}\n`);
        return 0;
      }
    }
    const wanted = await askLogin(console, options, kept?.username ?? '');
    const accepted = await authenticate(client, key, wanted);
    await tellPlace(context, await store.save(key, accepted.login));
    await console.output.write(`${accepted.words}\n`);
    return 0;
  },
});
