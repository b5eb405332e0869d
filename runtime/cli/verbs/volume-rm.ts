import { segment } from '../client/client.ts';
import { eachName } from '../each-name.ts';
import { defineVerb } from '../verb.ts';

interface VolumeRmOptions {
  readonly force?: true;
}

/** `berth volume rm`: removes volumes with all that is in them. */
export const volumeRm = defineVerb<VolumeRmOptions>({
  define: (command) => {
    command
      .argument('<volume...>', 'volumes to remove')
      .option('-f, --force', 'one that is not there is no error');
  },
  run: ({ context, client, args, options }) =>
    eachName(context, args, async (name) => {
      const query = { force: options.force === true ? 1 : undefined };
      await client.text({ method: 'DELETE', path: `/volumes/${segment(name)}`, query });
      return name;
    }),
});
