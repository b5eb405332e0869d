import { BerthError } from '../../errors/berth-error.ts';
import { segment } from '../client/client.ts';
import { platformQuery } from '../client/platform.ts';
import type { ImageName } from '../client/reference.ts';
import { splitImageName } from '../client/reference.ts';
import { registryAuth } from '../credentials/auth-header.ts';
import { interruptible } from '../console/interruptible.ts';
import { showProgress } from '../show-progress.ts';
import { defineVerb } from '../verb.ts';

interface PushOptions {
  readonly allTags?: true;
  readonly platform?: string;
  readonly quiet?: true;
}

/** @throws OPTION_INVALID */
function checkName(image: string, { name, tag, explicit }: ImageName, options: PushOptions): void {
  const problem = tag.includes(':')
    ? 'names a digest, wanted a tag: a digest is what comes of a push'
    : 'names a tag, wanted a repository for --all-tags';
  if (!tag.includes(':') && !(explicit && options.allTags)) return;
  throw new BerthError('OPTION_INVALID', {
    message: `'${image}' ${problem}`,
    remedy: `For example: berth push ${options.allTags ? `--all-tags ${name}` : `${name}:latest`}`,
    details: { image },
  });
}

/** `berth push`: sends an image to a registry. */
export const push = defineVerb<PushOptions>({
  define: (command) => {
    command
      .argument('<image>', 'name, with a tag; the registry is its first part')
      .option('-a, --all-tags', 'every tag of the repository')
      .option(
        '--platform <platform>',
        'only this one of an image with several, such as linux/arm64',
      )
      .option('-q, --quiet', 'print the name only');
  },
  run: async ({ context, client, args, options }) => {
    const { console, clock } = context;
    const [image = ''] = args;
    const reference = splitImageName(image);
    const { name, tag, explicit } = reference;
    checkName(image, reference, options);
    if (!explicit && !options.allTags && !options.quiet) {
      await console.output.write(`Using default tag: ${tag}\n`);
    }
    const platform = await platformQuery(client, options.platform, '1.46');
    await interruptible(console, async (signal) => {
      const messages = await client.stream({
        method: 'POST',
        path: `/images/${segment(name)}/push`,
        // Without a tag the API means all of them.
        query: { tag: options.allTags ? undefined : tag, platform },
        headers: await registryAuth(context, name),
        signal,
      });
      const output = options.quiet ? undefined : console.output;
      await showProgress(messages, { output, clock, failure: 'IMAGE_PUSH_FAILED' });
    });
    if (options.quiet)
      await console.output.write(options.allTags ? `${name}\n` : `${name}:${tag}\n`);
    return 0;
  },
});
