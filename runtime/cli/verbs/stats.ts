import { Option } from 'commander';
import { isBerthError } from '../../errors/berth-error.ts';
import type { ApiClient } from '../client/client.ts';
import { segment } from '../client/client.ts';
import { containerRows } from '../client/containers.ts';
import { usageRow } from '../client/usage.ts';
import { jsonRows, prettyJson } from '../formats.ts';
import { usageColumns, usageJson } from '../render/container-usage-table.ts';
import { renderTable } from '../render/table.ts';
import { defineVerb } from '../verb.ts';

interface StatsOptions {
  readonly all?: true;
  /** `--no-stream` sets it to false. */
  readonly stream: boolean;
  readonly trunc: boolean;
  readonly format?: 'json' | 'table';
  readonly json?: true;
}

/** Clears a terminal, and goes to its upper left corner. */
const clear = '\u001b[2J\u001b[H';

/** `berth stats`: shows what containers use, again and again. */
export const stats = defineVerb<StatsOptions>({
  define: (command) => {
    command
      .argument('[container...]', 'containers (default: all that run)')
      .option('-a, --all', 'those that do not run, too')
      .option('--no-stream', 'once, and end')
      .option('--no-trunc', 'do not shorten ids and commands')
      .addOption(
        new Option('--format <format>', 'json prints a row a line').choices(['json', 'table']),
      )
      .option('--json', "print the API's answer");
  },
  run: async ({ context, client, args, options }) => {
    const { output } = context.console;
    for (let round = 1; ; round += 1) {
      const names = args.length > 0 ? args : await listed(client, options.all === true);
      const answers = await samples(client, names);
      // Those that were named are missed only at first: later they have been removed.
      const [missing] = answers.flatMap(({ error }) => (error === undefined ? [] : [error]));
      if (missing !== undefined && args.length > 0 && round === 1) throw missing;
      const found = answers.flatMap(({ answer }) => (answer === undefined ? [] : [answer]));
      const text = textOf(found, options);
      const isShown = options.stream && output.isTerminal && !options.json;
      await output.write(isShown ? clear + text : text);
      const isOver = args.length > 0 && found.length === 0;
      if (!options.stream || isOver) return 0;
      // Each sample takes a second; without any nobody would wait.
      if (found.length === 0) await context.clock.sleep(1000);
    }
  },
});

async function listed(client: ApiClient, all: boolean): Promise<readonly string[]> {
  const query = { all: all ? 1 : undefined };
  const answer = await client.json({ method: 'GET', path: '/containers/json', query });
  return containerRows(answer).map(({ id }) => id);
}

interface Sample {
  readonly answer?: unknown;
  readonly error?: Error;
}

/** All at the same time: the daemon takes a second for each, to tell how busy it is. */
function samples(client: ApiClient, names: readonly string[]): Promise<readonly Sample[]> {
  return Promise.all(
    names.map(async (name) => {
      const path = `/containers/${segment(name)}/stats`;
      try {
        return { answer: await client.json({ method: 'GET', path, query: { stream: 0 } }) };
      } catch (error) {
        if (!isBerthError(error) || error.code === 'DAEMON_UNREACHABLE') throw error;
        return { error };
      }
    }),
  );
}

function textOf(answers: readonly unknown[], { json, format, trunc }: StatsOptions): string {
  if (json) return prettyJson(answers);
  const rows = answers.map(usageRow);
  if (format === 'json') return jsonRows(rows.map(usageJson));
  return renderTable(usageColumns(trunc ? 'short' : 'whole'), rows);
}
