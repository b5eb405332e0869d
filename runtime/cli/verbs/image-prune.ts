import { Option } from 'commander';
import { fieldsOf, listOf, optionalNumber } from '../client/fields.ts';
import { collect } from '../collect.ts';
import { filtersQuery } from '../filters.ts';
import { removedImageLine } from '../render/removed-image-line.ts';
import { humanSize } from '../render/size.ts';
import { confirm } from '../console/prompt.ts';
import { prettyJson } from '../formats.ts';
import { defineVerb } from '../verb.ts';

interface PruneOptions {
  readonly all?: true;
  readonly force?: true;
  readonly filter?: readonly string[];
  readonly json?: true;
}

/** What is said of a prune's answer, in Docker's words. */
function report(answer: unknown): string {
  const fields = fieldsOf(answer, 'prune');
  const removed = listOf(fields['ImagesDeleted'], 'ImagesDeleted').map(removedImageLine);
  const list = removed.length === 0 ? '' : `Deleted Images:\n${removed.join('')}\n`;
  return `${list}Total reclaimed space: ${humanSize(optionalNumber(fields, 'SpaceReclaimed'))}\n`;
}

/** `berth image prune`: removes images that have no name, or with `--all` those that no container uses. */
export const imagePrune = defineVerb<PruneOptions>({
  define: (command) => {
    command
      .option('-a, --all', 'all that no container uses, not only those without a name')
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
    const what = options.all
      ? 'all images without at least one container associated to them'
      : 'all dangling images';
    // Wrong filters are told before the question.
    const filters = filtersQuery([...(options.filter ?? []), `dangling=${String(!options.all)}`]);
    if (!options.force) {
      const question = `WARNING! This will remove ${what}.\nAre you sure you want to continue?`;
      if ((await confirm(console, question, '--force')) === 'no') {
        await console.errors.write('image prune has been cancelled\n');
        return 0;
      }
    }
    const answer = await client.json({ method: 'POST', path: '/images/prune', query: { filters } });
    await console.output.write(options.json ? prettyJson(answer) : report(answer));
    return 0;
  },
});
