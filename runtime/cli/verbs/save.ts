import { writeArchive } from '../archive/write-archive.ts';
import { platformQuery } from '../client/platform.ts';
import { defineVerb } from '../verb.ts';

interface SaveOptions {
  readonly output?: string;
  readonly platform?: string;
}

/** `berth save`: writes images to a tar that `berth load`, docker and skopeo read. */
export const save = defineVerb<SaveOptions>({
  define: (command) => {
    command
      .argument('<image...>', 'images')
      .option('-o, --output <file>', 'write this file instead of standard output')
      .option(
        '--platform <platform>',
        'only this one of an image with several, such as linux/arm64',
      );
  },
  run: async (input) => {
    const platform = await platformQuery(input.client, input.options.platform, '1.48');
    const query = { names: input.args, platform };
    const call = { method: 'GET', path: '/images/get', query } as const;
    await writeArchive(input, call, input.options.output);
    return 0;
  },
});
