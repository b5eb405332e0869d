import { Argument } from 'commander';

import { mirrorRows } from '../client/mirrors.ts';
import { prettyJson } from '../formats.ts';
import { mirrorColumns } from '../render/mirror-table.ts';
import { renderTable } from '../render/table.ts';
import { defineVerb } from '../verb.ts';

/** `berth mirrors`: registries, their mirrors, and what was measured of each. */
export const mirrors = defineVerb<{ readonly json?: true }>({
  define: (command) => {
    command
      .addArgument(new Argument('[action]', 'what to do').choices(['list']).default('list'))
      .option('--json', "print the API's answer");
  },
  run: async ({ context, client, options }) => {
    const { output } = context.console;
    const answer = await client.json({ method: 'GET', path: '/berth/mirrors' });
    await output.write(
      options.json
        ? prettyJson(answer)
        : renderTable(mirrorColumns(context.clock.now()), mirrorRows(answer)),
    );
    return 0;
  },
});
