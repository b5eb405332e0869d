import { segment } from '../client/client.ts';
import { fieldsOf, listOf, optionalText } from '../client/fields.ts';
import { platformQuery } from '../client/platform.ts';
import { eachName } from '../each-name.ts';
import { defineVerb } from '../verb.ts';

interface RmiOptions {
  readonly platform?: string;
  readonly force?: true;
  /** `--no-prune` sets it to false. */
  readonly prune: boolean;
}

function removedLine(value: unknown): string {
  const fields = fieldsOf(value, 'removed');
  const untagged = optionalText(fields, 'Untagged');
  return untagged === '' ? `Deleted: ${optionalText(fields, 'Deleted')}` : `Untagged: ${untagged}`;
}

/** `berth rmi`: removes images. */
export const rmi = defineVerb<RmiOptions>({
  define: (command) => {
    command
      .argument('<image...>', 'images to remove')
      .option('-f, --force', 'even when a stopped container uses it')
      .option('--no-prune', 'keep parents without a name')
      .option(
        '--platform <platform>',
        'only this one of an image with several, such as linux/arm64',
      );
  },
  run: async ({ context, client, args, options }) => {
    const platforms = await platformQuery(client, options.platform, '1.50');
    return eachName(context, args, async (name) => {
      const removed = await client.json({
        method: 'DELETE',
        path: `/images/${segment(name)}`,
        query: {
          force: options.force === true ? 1 : undefined,
          noprune: options.prune ? undefined : 1,
          platforms,
        },
      });
      return listOf(removed, 'removed').map(removedLine).join('\n');
    });
  },
});
