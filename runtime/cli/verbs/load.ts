import { messageOf } from '../../errors/berth-error.ts';
import { BerthError } from '../../errors/berth-error.ts';
import { open } from '../../host/files.ts';
import { optionError } from '../create/option-error.ts';
import { showProgress } from '../pull-image.ts';
import { defineVerb } from '../verb.ts';

interface LoadOptions {
  readonly input?: string;
  readonly quiet?: true;
}

/** `berth load`: takes images from a tar, as `docker save` or an OCI layout has them. */
export const load = defineVerb<LoadOptions>({
  define: (command) => {
    command
      .option('-i, --input <file>', 'read this file instead of standard input')
      .option('-q, --quiet', 'do not show progress');
  },
  run: async ({ context, client, options }) => {
    const { output, input } = context.console;
    if (options.input === undefined && input.isTerminal) {
      throw new BerthError('OPTION_INVALID', {
        message: 'standard input is a terminal, wanted a tar file',
        remedy: 'For example: berth load --input image.tar',
      });
    }
    const file =
      options.input === undefined
        ? undefined
        : await open(options.input).catch((error: unknown) => {
            throw optionError('--input', options.input ?? '', {
              wanted: `a file that can be read (${messageOf(error)})`,
              example: 'image.tar',
            });
          });
    const messages = await client.stream({
      method: 'POST',
      path: '/images/load',
      query: { quiet: options.quiet === true || !output.isTerminal ? 1 : 0 },
      upload: file?.createReadStream() ?? input.stream,
    });
    await showProgress(messages, output);
    input.release();
    return 0;
  },
});
