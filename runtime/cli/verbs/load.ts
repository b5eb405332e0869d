import { BerthError } from '../../errors/berth-error.ts';
import { openInput } from '../archive/input-file.ts';
import { platformQuery } from '../client/platform.ts';
import { interruptible } from '../console/interruptible.ts';
import { showProgress } from '../show-progress.ts';
import { defineVerb } from '../verb.ts';

interface LoadOptions {
  readonly input?: string;
  readonly platform?: string;
  readonly quiet?: true;
}

/** `berth load`: takes images from a tar, as `docker save` or an OCI layout has them. */
export const load = defineVerb<LoadOptions>({
  define: (command) => {
    command
      .option('-i, --input <file>', 'read this file instead of standard input')
      .option(
        '--platform <platform>',
        'only this one of an image with several, such as linux/arm64',
      )
      .option('-q, --quiet', 'do not show progress');
  },
  run: async ({ context, client, options }) => {
    const { console, clock } = context;
    if (options.input === undefined && console.input.isTerminal) {
      throw new BerthError('OPTION_INVALID', {
        message: 'standard input is a terminal, wanted a tar file',
        remedy: 'For example: berth load --input image.tar',
      });
    }
    const platform = await platformQuery(client, options.platform, '1.48');
    const upload = await openInput(context, '--input', options.input);
    const quiet = options.quiet === true || !console.output.isTerminal;
    await interruptible(console, async (signal) => {
      const query = { quiet: quiet ? 1 : 0, platform };
      const call = { method: 'POST', path: '/images/load', query, upload, signal } as const;
      const messages = await client.stream(call);
      await showProgress(messages, { output: console.output, clock, failure: 'IMAGE_PULL_FAILED' });
    });
    console.input.release();
    return 0;
  },
});
