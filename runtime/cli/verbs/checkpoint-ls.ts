import { segment } from '../client/client.ts';
import { type Fields, fieldsOf, listOf, textAt } from '../client/fields.ts';
import { prettyJson } from '../formats.ts';
import { renderTable } from '../render/table.ts';
import { defineVerb } from '../verb.ts';

interface CheckpointLsOptions {
  readonly checkpointDir?: string;
  readonly json?: true;
}

/** `berth checkpoint ls`: lists the checkpoints of a container. */
export const checkpointLs = defineVerb<CheckpointLsOptions>({
  define: (command) => {
    command
      .argument('<container>', 'container that was checkpointed')
      .option('--checkpoint-dir <path>', 'folder of checkpoints on the host of the engine')
      .option('--json', "print the API's answer");
  },
  run: async ({ context, client, args, options }) => {
    const { output } = context.console;
    const [container = ''] = args;
    const answer = await client.json({
      method: 'GET',
      path: `/containers/${segment(container)}/checkpoints`,
      query: { dir: options.checkpointDir },
    });
    const rows = listOf(answer, 'checkpoints').map((each) => fieldsOf(each, 'checkpoint'));
    const columns = [{ heading: 'CHECKPOINT NAME', cell: (row: Fields) => textAt(row, 'Name') }];
    await output.write(options.json ? prettyJson(answer) : renderTable(columns, rows));
    return 0;
  },
});
