import { pullImage } from '../pull-image.ts';
import { splitImageName } from '../client/reference.ts';
import { defineVerb } from '../verb.ts';

interface PullOptions {
  readonly platform?: string;
  readonly quiet?: true;
}

/** `berth pull`: fetches an image from a registry. */
export const pull = defineVerb<PullOptions>({
  define: (command) => {
    command
      .argument('<image>', 'name, with a tag or digest')
      .option('--platform <platform>', 'platform of the image, such as linux/arm64')
      .option('-q, --quiet', 'print the name only');
  },
  run: async ({ context, client, args, options }) => {
    const { output } = context.console;
    const [image = ''] = args;
    const { name, tag, explicit } = splitImageName(image);
    if (!explicit && !options.quiet) await output.write(`Using default tag: ${tag}\n`);
    await pullImage({
      client,
      image,
      platform: options.platform,
      output: options.quiet ? undefined : output,
    });
    await output.write(tag.includes(':') ? `${name}@${tag}\n` : `${name}:${tag}\n`);
    return 0;
  },
});
