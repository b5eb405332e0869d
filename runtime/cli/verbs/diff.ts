import { segment } from '../client/client.ts';
import { fieldsOf, listOf, numberAt, textAt } from '../client/fields.ts';
import { prettyJson } from '../formats.ts';
import { defineVerb } from '../verb.ts';

interface DiffOptions {
  readonly json?: true;
}

/** Docker's kinds of change, by number: changed, added, deleted. */
const letters = ['C', 'A', 'D'];

function changeLine(value: unknown): string {
  const change = fieldsOf(value, 'change');
  return `${letters[numberAt(change, 'Kind')] ?? '?'} ${textAt(change, 'Path')}\n`;
}

/** `berth diff`: lists what a container has changed in its file system. */
export const diff = defineVerb<DiffOptions>({
  define: (command) => {
    command.argument('<container>', 'container').option('--json', "print the API's answer");
  },
  run: async ({ context, client, args, options }) => {
    const path = `/containers/${segment(args[0] ?? '')}/changes`;
    const answer = await client.json({ method: 'GET', path });
    const changes = listOf(answer, 'changes');
    const text = options.json ? prettyJson(changes) : changes.map(changeLine).join('');
    await context.console.output.write(text);
    return 0;
  },
});
