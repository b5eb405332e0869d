import { Option } from 'commander';
import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import type { ApiClient } from '../client/client.ts';
import { segment } from '../client/client.ts';
import { isApiStatus } from '../client/failure.ts';
import { prettyJson } from '../formats.ts';
import { renderError } from '../render/error.ts';
import { defineVerb } from '../verb.ts';

type Kind = 'container' | 'image';

interface InspectOptions {
  readonly type?: Kind;
}

const kinds: readonly Kind[] = ['container', 'image'];

async function inspectOne(client: ApiClient, name: string, kind?: Kind): Promise<unknown> {
  for (const each of kind === undefined ? kinds : [kind]) {
    try {
      return await client.json({ method: 'GET', path: `/${each}s/${segment(name)}/json` });
    } catch (error) {
      if (!isApiStatus(error, 404)) throw error;
    }
  }
  throw new BerthError('OBJECT_NOT_FOUND', {
    message: `there is no ${kind ?? 'container or image'} '${name}'`,
    remedy: 'See what there is with: berth ps -a, berth images',
    details: { name },
  });
}

/** `berth inspect`: prints all that the daemon knows of containers and images, as a JSON list. */
export const inspect = defineVerb<InspectOptions>({
  define: (command) => {
    command
      .argument('<name...>', 'containers or images')
      .addOption(new Option('--type <type>', 'look for this only').choices(kinds))
      .addOption(new Option('--format <format>', 'json is the only one').choices(['json']));
  },
  run: async ({ context, client, args, options }) => {
    const found: unknown[] = [];
    const missing: BerthError[] = [];
    for (const name of args) {
      try {
        found.push(await inspectOne(client, name, options.type));
      } catch (error) {
        if (!isBerthError(error, 'OBJECT_NOT_FOUND')) throw error;
        missing.push(error);
      }
    }
    await context.console.output.write(prettyJson(found));
    for (const error of missing) await context.console.errors.write(renderError(error));
    return missing.length === 0 ? 0 : 1;
  },
});
