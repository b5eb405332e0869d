import { Option } from 'commander';
import { fieldsOf, optionalNumber, textsAt } from '../client/fields.ts';
import { collect } from '../collect.ts';
import { confirm } from '../console/prompt.ts';
import { filtersQuery } from '../filters.ts';
import { prettyJson } from '../formats.ts';
import { humanSize } from '../render/size.ts';
import { defineVerb } from '../verb.ts';

interface PruneOptions {
  readonly force?: true;
  readonly filter?: readonly string[];
  readonly json?: true;
}

const question =
  'WARNING! This will remove all stopped containers.\nAre you sure you want to continue?';

/** What is said of a prune's answer, in Docker's words. */
function report(answer: unknown): string {
  const fields = fieldsOf(answer, 'prune');
  const ids = fields['ContainersDeleted'] === null ? [] : textsAt(fields, 'ContainersDeleted');
  const list = ids.length === 0 ? '' : `Deleted Containers:\n${ids.join('\n')}\n\n`;
  return `${list}Total reclaimed space: ${humanSize(optionalNumber(fields, 'SpaceReclaimed'))}\n`;
}

/** `berth container prune`: removes containers that do not run. */
export const containerPrune = defineVerb<PruneOptions>({
  define: (command) => {
    command
      .option('-f, --force', 'do not ask')
      .addOption(
        new Option('--filter <name=value>', 'only what matches, such as until=24h').argParser(
          collect,
        ),
      )
      .option('--json', "print the API's answer");
  },
  run: async ({ context, client, options }) => {
    const { console } = context;
    // Wrong filters are told before the question.
    const filters = filtersQuery(options.filter);
    if (!options.force && (await confirm(console, question, '--force')) === 'no') {
      await console.errors.write('container prune has been cancelled\n');
      return 0;
    }
    const path = '/containers/prune';
    const answer = await client.json({ method: 'POST', path, query: { filters } });
    await console.output.write(options.json ? prettyJson(answer) : report(answer));
    return 0;
  },
});
