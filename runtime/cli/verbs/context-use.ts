import { defaultContext } from '../contexts/context-store.ts';
import { defineLocalVerb } from '../contexts/local-verb.ts';
import {
  dockerConfigPath,
  readDockerConfig,
  writeDockerConfig,
} from '../credentials/docker-config.ts';

/** `berth context use`: chooses the context that counts without a word, for docker's client too. */
export const contextUse = defineLocalVerb<object>({
  define: (command) => {
    command.argument('<context>', 'its name');
  },
  run: async ({ context, store, args }) => {
    const { output, errors } = context.console;
    const [name = defaultContext] = args;
    const isDefault = name === defaultContext;
    if (!isDefault) await store.get(name);
    const config = await readDockerConfig(dockerConfigPath(context.env));
    await writeDockerConfig(config, { currentContext: isDefault ? undefined : name });
    await output.write(`${name}\n`);
    const before = ['BERTH_HOST', 'DOCKER_HOST', 'DOCKER_CONTEXT'].find(
      (variable) => (context.env[variable] ?? '') !== '',
    );
    if (before !== undefined) {
      await errors.write(`Warning: ${before} is set, and comes before "${name}".\n`);
    }
    return 0;
  },
});
