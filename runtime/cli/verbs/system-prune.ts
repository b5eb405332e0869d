import { Option } from 'commander';
import { fieldsOf, listOf, optionalNumber } from '../client/fields.ts';
import { collect } from '../collect.ts';
import { confirm } from '../console/prompt.ts';
import { filtersQuery } from '../filters.ts';
import { prettyJson } from '../formats.ts';
import { removedImageLine } from '../render/removed-image-line.ts';
import { humanSize } from '../render/size.ts';
import type { VerbInput } from '../verb.ts';
import { defineVerb } from '../verb.ts';

interface SystemPruneOptions {
  readonly all?: true;
  readonly volumes?: true;
  readonly force?: true;
  readonly filter?: readonly string[];
  readonly json?: true;
}

/** One kind of what is pruned: where, the field of the answer, and how a line of it is shown. */
interface Pruned {
  readonly path: string;
  readonly field: string;
  readonly title: string;
  readonly line: (value: unknown) => string;
  readonly filters: readonly string[];
}

const textLine = (value: unknown): string => `${String(value)}\n`;

/** In the order in which one lets go of the other. */
function whatToPrune({ all, volumes, filter = [] }: SystemPruneOptions): readonly Pruned[] {
  const containers = {
    path: '/containers/prune',
    field: 'ContainersDeleted',
    title: 'Deleted Containers',
    line: textLine,
    filters: filter,
  };
  const networks = {
    path: '/networks/prune',
    field: 'NetworksDeleted',
    title: 'Deleted Networks',
    line: textLine,
    filters: filter,
  };
  const nameless = {
    path: '/volumes/prune',
    field: 'VolumesDeleted',
    title: 'Deleted Volumes',
    line: textLine,
    // Volumes have no time.
    filters: filter.filter((each) => !each.startsWith('until=')),
  };
  const images = {
    path: '/images/prune',
    field: 'ImagesDeleted',
    title: 'Deleted Images',
    line: removedImageLine,
    filters: [...filter, `dangling=${String(all !== true)}`],
  };
  return [containers, networks, ...(volumes ? [nameless] : []), images];
}

function questionOf({ all, volumes }: SystemPruneOptions): string {
  const what = [
    'all stopped containers',
    'all networks not used by at least one container',
    ...(volumes ? ['all anonymous volumes not used by at least one container'] : []),
    all ? 'all images without at least one container associated to them' : 'all dangling images',
  ];
  const list = what.map((each) => `  - ${each}\n`).join('');
  return `WARNING! This will remove:\n${list}\nAre you sure you want to continue?`;
}

async function prune(
  { client, context, options }: VerbInput<SystemPruneOptions>,
  what: readonly Pruned[],
): Promise<void> {
  const answers: Record<string, unknown> = {};
  let reclaimed = 0;
  for (const { path, field, title, line, filters } of what) {
    const query = { filters: filtersQuery(filters) };
    const answer = fieldsOf(await client.json({ method: 'POST', path, query }), 'prune');
    reclaimed += optionalNumber(answer, 'SpaceReclaimed');
    const removed = listOf(answer[field], field);
    answers[field] = removed;
    if (options.json || removed.length === 0) continue;
    await context.console.output.write(`${title}:\n${removed.map(line).join('')}\n`);
  }
  await context.console.output.write(
    options.json
      ? prettyJson({ ...answers, SpaceReclaimed: reclaimed })
      : `Total reclaimed space: ${humanSize(reclaimed)}\n`,
  );
}

/** `berth system prune`: removes what nothing uses. */
export const systemPrune = defineVerb<SystemPruneOptions>({
  define: (command) => {
    command
      .option('-a, --all', 'all that no container uses, not only those without a name')
      .option('--volumes', 'volumes without a name too')
      .option('-f, --force', 'do not ask')
      .addOption(
        new Option('--filter <name=value>', 'only what matches, such as until=24h').argParser(
          collect,
        ),
      )
      .option('--json', "print the API's answers");
  },
  run: async (input) => {
    const { context, options } = input;
    // Wrong filters are told before the question.
    const what = whatToPrune(options);
    for (const { filters } of what) filtersQuery(filters);
    if (
      !options.force &&
      (await confirm(context.console, questionOf(options), '--force')) === 'no'
    ) {
      await context.console.errors.write('system prune has been cancelled\n');
      return 0;
    }
    await prune(input, what);
    return 0;
  },
});
