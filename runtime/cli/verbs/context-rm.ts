import { BerthError } from '../../errors/berth-error.ts';
import { optionalText } from '../client/fields.ts';
import { defaultContext } from '../contexts/context-store.ts';
import { defineLocalVerb } from '../contexts/local-verb.ts';
import {
  dockerConfigPath,
  readDockerConfig,
  writeDockerConfig,
} from '../credentials/docker-config.ts';
import { eachName } from '../each-name.ts';

interface ContextRmOptions {
  readonly force?: true;
}

/** `berth context rm`: removes contexts with their certificates. */
export const contextRm = defineLocalVerb<ContextRmOptions>({
  define: (command) => {
    command
      .argument('<context...>', 'contexts to remove')
      .option('-f, --force', 'also the one in use, and one that is not there');
  },
  run: async ({ context, store, args, options }) => {
    const config = await readDockerConfig(dockerConfigPath(context.env));
    const current = optionalText(config.all, 'currentContext');
    return eachName(context, args, async (name) => {
      if (name === defaultContext) throw stays(name, 'it is in no file');
      if (options.force !== true) await store.get(name);
      if (name === current) {
        if (options.force !== true) throw stays(name, 'it is in use');
        await writeDockerConfig(config, { currentContext: undefined });
      }
      await store.remove(name);
      return name;
    });
  },
});

function stays(name: string, why: string): BerthError {
  return new BerthError('CONTEXT_INVALID', {
    message: `the context '${name}' cannot be removed: ${why}`,
    remedy: 'Choose another one first: berth context use default',
    details: { name },
  });
}
