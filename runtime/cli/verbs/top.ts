import { segment } from '../client/client.ts';
import { fieldsOf, listOf, textsAt } from '../client/fields.ts';
import { prettyJson } from '../formats.ts';
import { renderTable } from '../render/table.ts';
import { defineVerb } from '../verb.ts';

interface TopOptions {
  readonly json?: true;
}

/** The processes in an answer of the API, in columns. */
function processTable(answer: unknown): string {
  const fields = fieldsOf(answer, 'top');
  const rows = listOf(fields['Processes'], 'Processes').map((row) =>
    listOf(row, 'Processes').map(String),
  );
  const columns = textsAt(fields, 'Titles').map((heading, index) => ({
    heading,
    cell: (row: readonly string[]) => row[index] ?? '',
  }));
  return renderTable(columns, rows);
}

/** `berth top`: shows the processes of a container. */
export const top = defineVerb<TopOptions>({
  define: (command) => {
    command
      .argument('<container>', 'container')
      .argument('[ps options...]', 'options of ps(1), such as -eo pid,comm')
      .option('--json', "print the API's answer")
      .passThroughOptions();
  },
  run: async ({ context, client, args, options }) => {
    const [name = '', ...words] = args;
    const query = { ps_args: words.length === 0 ? undefined : words.join(' ') };
    const path = `/containers/${segment(name)}/top`;
    const answer = await client.json({ method: 'GET', path, query });
    await context.console.output.write(options.json ? prettyJson(answer) : processTable(answer));
    return 0;
  },
});
