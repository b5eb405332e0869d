import { Option } from 'commander';
import { diskUsage } from '../client/disk-usage.ts';
import { jsonRows, prettyJson } from '../formats.ts';
import { renderTable } from '../render/table.ts';
import { renderUsageDetails, usageColumns, usageJson } from '../render/usage-table.ts';
import { defineVerb } from '../verb.ts';

interface DfOptions {
  readonly verbose?: true;
  readonly format?: 'json' | 'table';
  readonly json?: true;
}

/** `berth system df`: shows what images and containers take on the disk. */
export const systemDf = defineVerb<DfOptions>({
  define: (command) => {
    command
      .option('-v, --verbose', 'each image, container and volume')
      .addOption(
        new Option('--format <format>', 'json prints a row a line').choices(['json', 'table']),
      )
      .option('--json', "print the API's answer");
  },
  run: async ({ context, client, options }) => {
    const { output } = context.console;
    const answer = await client.json({ method: 'GET', path: '/system/df' });
    if (options.json) {
      await output.write(prettyJson(answer));
      return 0;
    }
    const usage = diskUsage(answer);
    if (options.format === 'json') await output.write(jsonRows(usage.rows.map(usageJson)));
    else if (options.verbose) await output.write(renderUsageDetails(usage, context.clock.now()));
    else await output.write(renderTable(usageColumns, usage.rows));
    return 0;
  },
});
