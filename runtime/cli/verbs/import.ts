import { Option } from 'commander';
import { BerthError } from '../../errors/berth-error.ts';
import { collect } from '../collect.ts';
import { openInput } from '../archive/input-file.ts';
import { interruptible } from '../console/interruptible.ts';
import { showProgress } from '../show-progress.ts';
import type { VerbInput } from '../verb.ts';
import { defineVerb } from '../verb.ts';

interface ImportOptions {
  readonly change?: readonly string[];
  readonly message?: string;
  readonly platform?: string;
}

/** Where the file system comes from: the daemon fetches a URL itself, all else is sent to it. */
async function sourceOf({
  context,
  args,
}: VerbInput<ImportOptions>): Promise<Parameters<VerbInput<ImportOptions>['client']['stream']>[0]> {
  const [source = '', repo] = args;
  const call = { method: 'POST', path: '/images/create' } as const;
  if (/^https?:\/\//.test(source)) return { ...call, query: { fromSrc: source, repo } };
  if (source === '-' && context.console.input.isTerminal) {
    throw new BerthError('OPTION_INVALID', {
      message: 'standard input is a terminal, wanted a tar file',
      remedy: 'For example: berth import root.tar name:tag',
    });
  }
  const upload = await openInput(context, 'file', source === '-' ? undefined : source);
  return { ...call, query: { fromSrc: '-', repo }, upload };
}

/** `berth import`: makes an image of one layer of the file system in a tar. */
export const importVerb = defineVerb<ImportOptions>({
  define: (command) => {
    command
      .argument('<file|URL|->', 'tar, plain or compressed; - for standard input')
      .argument('[repository[:tag]]', 'name of the new image')
      .addOption(
        new Option('-c, --change <instruction>', 'apply an instruction of a Dockerfile').argParser(
          collect,
        ),
      )
      .option('-m, --message <message>', 'what was done')
      .option('--platform <platform>', 'platform of the image, such as linux/arm64');
  },
  run: async (input) => {
    const { console, clock } = input.context;
    const { change, message, platform } = input.options;
    const call = await sourceOf(input);
    await interruptible(console, async (signal) => {
      const query = { ...call.query, changes: change, message, platform };
      const messages = await input.client.stream({ ...call, query, signal });
      const { output } = console;
      await showProgress(messages, { output, clock, failure: 'IMAGE_IMPORT_FAILED' });
    });
    if (call.upload !== undefined) console.input.release();
    return 0;
  },
});
