import { writeArchive } from '../archive/write-archive.ts';
import { segment } from '../client/client.ts';
import { defineVerb } from '../verb.ts';

interface ExportOptions {
  readonly output?: string;
}

/** `berth export`: writes the file system of a container as a tar. */
export const exportVerb = defineVerb<ExportOptions>({
  define: (command) => {
    command
      .argument('<container>', 'container')
      .option('-o, --output <file>', 'write this file instead of standard output');
  },
  run: async (input) => {
    const [name = ''] = input.args;
    const path = `/containers/${segment(name)}/export`;
    await writeArchive(input, { method: 'GET', path }, input.options.output);
    return 0;
  },
});
