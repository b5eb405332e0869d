import { Option } from 'commander';
import { fieldsOf, listOf, optionalNumber } from '../client/fields.ts';
import { collect } from '../collect.ts';
import { confirm } from '../console/prompt.ts';
import { filtersQuery } from '../filters.ts';
import { prettyJson } from '../formats.ts';
import { humanSize } from '../render/size.ts';
import { defineVerb } from '../verb.ts';

interface VolumePruneOptions {
  readonly all?: true;
  readonly force?: true;
  readonly filter?: readonly string[];
  readonly json?: true;
}

/** What is said of a prune's answer, in Docker's words. */
function report(answer: unknown): string {
  const fields = fieldsOf(answer, 'prune');
  const removed = listOf(fields['VolumesDeleted'], 'VolumesDeleted').map(String);
  const list = removed.length === 0 ? '' : `Deleted Volumes:\n${removed.join('\n')}\n\n`;
  return `${list}Total reclaimed space: ${humanSize(optionalNumber(fields, 'SpaceReclaimed'))}\n`;
}

/** `berth volume prune`: removes volumes that no container has: the nameless ones, or with `--all` all. */
export const volumePrune = defineVerb<VolumePruneOptions>({
  define: (command) => {
    command
      .option('-a, --all', 'those with a name too')
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
    const all = options.all ? ['all=true'] : [];
    const filters = filtersQuery([...(options.filter ?? []), ...all]);
    if (!options.force) {
      const what = options.all ? 'all' : 'anonymous local';
      const question = `WARNING! This will remove ${what} volumes not used by at least one container.\nAre you sure you want to continue?`;
      if ((await confirm(console, question, '--force')) === 'no') {
        await console.errors.write('volume prune has been cancelled\n');
        return 0;
      }
    }
    const query = { filters };
    const answer = await client.json({ method: 'POST', path: '/volumes/prune', query });
    await console.output.write(options.json ? prettyJson(answer) : report(answer));
    return 0;
  },
});
