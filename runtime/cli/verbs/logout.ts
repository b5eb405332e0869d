import { CredentialStore } from '../credentials/credential-store.ts';
import { credentialsKey } from '../credentials/registry-key.ts';
import { defineVerb } from '../verb.ts';

/** `berth logout`: forgets the login for a registry. */
export const logout = defineVerb({
  define: (command) => {
    command.argument(
      '[server]',
      'registry, such as ghcr.io or localhost:5000 (default Docker Hub)',
    );
  },
  run: async ({ context, args }) => {
    const { output } = context.console;
    const key = credentialsKey(args[0] ?? '');
    const outcome = await new CredentialStore(context.env).forget(key);
    await output.write(
      outcome === 'forgotten'
        ? `Removing login credentials for ${key}\n`
        : `Not logged in to ${key}\n`,
    );
    return 0;
  },
});
