import { BerthError } from '../../errors/berth-error.ts';
import { splitImageName } from '../client/reference.ts';
import { pullImage } from '../pull-image.ts';
import { interruptible } from '../console/interruptible.ts';
import { defineVerb } from '../verb.ts';

interface PullOptions {
  readonly allTags?: true;
  readonly platform?: string;
  readonly quiet?: true;
}

/** `berth pull`: fetches an image from a registry. */
export const pull = defineVerb<PullOptions>({
  define: (command) => {
    command
      .argument('<image>', 'name, with a tag or digest')
      .option('-a, --all-tags', 'every tag of the repository')
      .option('--platform <platform>', 'platform of the image, such as linux/arm64')
      .option('-q, --quiet', 'print the name only');
  },
  run: async ({ context, client, args, options }) => {
    const { output } = context.console;
    const [image = ''] = args;
    const { name, tag, explicit } = splitImageName(image);
    const tags = options.allTags ? 'all' : 'one';
    if (tags === 'all' && explicit) {
      throw new BerthError('OPTION_INVALID', {
        message: `'${image}' names a tag or digest, wanted a repository for --all-tags`,
        remedy: `For example: berth pull --all-tags ${name}`,
        details: { image },
      });
    }
    if (tags === 'one' && !explicit && !options.quiet) {
      await output.write(`Using default tag: ${tag}\n`);
    }
    const { platform } = options;
    const shown = options.quiet ? undefined : output;
    await interruptible(context.console, (signal) =>
      pullImage({ context, client, image, tags, platform, output: shown, signal }),
    );
    const separator = tag.includes(':') ? '@' : ':';
    await output.write(tags === 'all' ? `${name}\n` : `${name}${separator}${tag}\n`);
    return 0;
  },
});
