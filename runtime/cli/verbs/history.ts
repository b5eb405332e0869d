import { Option } from 'commander';
import { segment } from '../client/client.ts';
import { historyRows } from '../client/history.ts';
import { platformQuery } from '../client/platform.ts';
import { jsonRows, prettyJson } from '../formats.ts';
import { historyColumns, historyJson } from '../render/history-table.ts';
import { renderTable } from '../render/table.ts';
import { shortId } from '../render/text.ts';
import { defineVerb } from '../verb.ts';

interface HistoryOptions {
  /** `--human=false` and `--no-human` switch it off. */
  readonly human: boolean | string;
  readonly platform?: string;
  readonly quiet?: true;
  readonly trunc: boolean;
  readonly format?: 'json' | 'table';
  readonly json?: true;
}

/** `berth history`: shows how an image was made. */
export const history = defineVerb<HistoryOptions>({
  define: (command) => {
    command
      .argument('<image>', 'image')
      .addOption(
        // Docker's -H is the daemon's address here, as with every verb.
        new Option('--human [true|false]', 'sizes and times for people')
          .choices(['true', 'false'])
          .default(true),
      )
      .option('--no-human', 'bytes, and times in RFC 3339')
      .option(
        '--platform <platform>',
        'only this one of an image with several, such as linux/arm64',
      )
      .option('-q, --quiet', 'print ids only')
      .option('--no-trunc', 'do not shorten ids and commands')
      .addOption(
        new Option('--format <format>', 'json prints a row a line').choices(['json', 'table']),
      )
      .option('--json', "print the API's answer");
  },
  run: async ({ context, client, args, options }) => {
    const { output } = context.console;
    const path = `/images/${segment(args[0] ?? '')}/history`;
    const platform = await platformQuery(client, options.platform, '1.48');
    const answer = await client.json({ method: 'GET', path, query: { platform } });
    if (options.json) {
      await output.write(prettyJson(answer));
      return 0;
    }
    const rows = historyRows(answer);
    const exact = options.human === false || options.human === 'false';
    const table = {
      nowMs: context.clock.now(),
      texts: options.trunc ? 'short' : 'whole',
      numbers: exact ? 'exact' : 'human',
    } as const;
    if (options.quiet) {
      await output.write(rows.map(({ id }) => `${options.trunc ? shortId(id) : id}\n`).join(''));
    } else if (options.format === 'json') {
      await output.write(jsonRows(rows.map((row) => historyJson(row, table))));
    } else {
      await output.write(renderTable(historyColumns(table), rows));
    }
    return 0;
  },
});
