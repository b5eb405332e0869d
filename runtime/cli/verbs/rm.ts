import { segment } from '../client/client.ts';
import { eachName } from '../each-name.ts';
import { defineVerb } from '../verb.ts';

interface RmOptions {
  readonly link?: true;
  readonly force?: true;
  readonly volumes?: true;
}

/** `berth rm`: removes containers. */
export const rm = defineVerb<RmOptions>({
  define: (command) => {
    command
      .argument('<container...>', 'containers to remove')
      .option('-f, --force', 'kill a running one first')
      .option('-l, --link', 'remove a link, and no container')
      .option('-v, --volumes', 'remove its nameless volumes too');
  },
  run: ({ context, client, args, options }) =>
    eachName(context, args, async (name) => {
      await client.text({
        method: 'DELETE',
        path: `/containers/${segment(name)}`,
        query: {
          force: options.force === true ? 1 : undefined,
          link: options.link === true ? 1 : undefined,
          v: options.volumes === true ? 1 : undefined,
        },
      });
      return name;
    }),
});
