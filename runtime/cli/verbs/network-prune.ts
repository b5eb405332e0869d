import { Option } from 'commander';
import { fieldsOf, listOf } from '../client/fields.ts';
import { collect } from '../collect.ts';
import { confirm } from '../console/prompt.ts';
import { filtersQuery } from '../filters.ts';
import { prettyJson } from '../formats.ts';
import { defineVerb } from '../verb.ts';

interface NetworkPruneOptions {
  readonly force?: true;
  readonly filter?: readonly string[];
  readonly json?: true;
}

const question = `WARNING! This will remove all custom networks not used by at least one container.
Are you sure you want to continue?`;

/** What is said of a prune's answer, in Docker's words. */
function report(answer: unknown): string {
  const removed = fieldsOf(answer, 'prune')['NetworksDeleted'] ?? [];
  const names = listOf(removed, 'NetworksDeleted').map(String);
  return names.length === 0 ? '' : `Deleted Networks:\n${names.join('\n')}\n\n`;
}

/** `berth network prune`: removes networks that no running container is connected to. */
export const networkPrune = defineVerb<NetworkPruneOptions>({
  define: (command) => {
    command
      .option('-f, --force', 'do not ask')
      .addOption(
        new Option('--filter <name=value>', 'only what matches, such as label=team').argParser(
          collect,
        ),
      )
      .option('--json', "print the API's answer");
  },
  run: async ({ context, client, options }) => {
    const { console } = context;
    // Wrong filters are told before the question.
    const query = { filters: filtersQuery(options.filter) };
    if (!options.force && (await confirm(console, question, '--force')) === 'no') {
      await console.errors.write('network prune has been cancelled\n');
      return 0;
    }
    const answer = await client.json({ method: 'POST', path: '/networks/prune', query });
    await console.output.write(options.json ? prettyJson(answer) : report(answer));
    return 0;
  },
});
