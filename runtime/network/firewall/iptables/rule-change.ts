import { ownChains, type TableName, tableNames, type TableRules } from './rules.ts';

/**
 * What iptables-restore(8) is given so that berth's chains hold other rules than they did: only what comes and goes, where it
 * belongs. It is refused as a whole, a table at a time, where chains or rules are not there that were.
 * @returns `''` when nothing changes; `undefined` when rules have changed places: they have to be written anew
 */
export function changeText(before: TableRules, after: TableRules): string | undefined {
  const sections: string[] = [];
  for (const table of tableNames) {
    const lines = tableChange(table, before[table], after[table]);
    if (lines === undefined) return undefined;
    if (lines.length > 0) sections.push(`*${table}`, ...lines, 'COMMIT', '');
  }
  return sections.join('\n');
}

/** How a chain comes to its new rules. */
interface ChainChange {
  readonly made: readonly string[];
  readonly removed: readonly string[];
  readonly added: readonly string[];
  readonly gone: readonly string[];
}

function tableChange(
  table: TableName,
  before: readonly string[],
  after: readonly string[],
): readonly string[] | undefined {
  const changes: ChainChange[] = [];
  for (const chain of changedChains(before, after)) {
    const head = `-A ${chain} `;
    const [had, has] = [before, after].map((lines) =>
      lines.filter((line) => line.startsWith(head)).map((line) => line.slice(head.length)),
    );
    const isKept = ownChains[table].includes(chain);
    const change = chainChange({ chain, had: had ?? [], has: has ?? [], isKept });
    if (change === undefined) return undefined;
    changes.push(change);
  }
  // A chain is there before it is called, and is not called any more when it goes.
  return (['made', 'removed', 'added', 'gone'] as const).flatMap((step) =>
    changes.flatMap((change) => change[step]),
  );
}

/** Chains with rules between the first and the last difference: most often one rule, of a thousand. */
function changedChains(before: readonly string[], after: readonly string[]): ReadonlySet<string> {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const differing = [before, after].flatMap((lines) => lines.slice(start, lines.length - end));
  return new Set(differing.map((line) => line.split(' ', 2)[1] ?? ''));
}

function chainChange({
  chain,
  had,
  has,
  isKept,
}: {
  readonly chain: string;
  readonly had: readonly string[];
  readonly has: readonly string[];
  readonly isKept: boolean;
}): ChainChange | undefined {
  const none = { made: [], removed: [], added: [], gone: [] };
  if (!isKept && has.length === 0) return { ...none, gone: [`-F ${chain}`, `-X ${chain}`] };
  const [hadSet, hasSet] = [new Set(had), new Set(has)];
  // Which of two alike is meant, the text of one does not say.
  if (hadSet.size < had.length || hasSet.size < has.length) return undefined;
  const kept = had.filter((rule) => hasSet.has(rule));
  const isInOrder = has.filter((rule) => hadSet.has(rule)).every((rule, at) => rule === kept[at]);
  if (!isInOrder) return undefined;
  const lastKept = has.findLastIndex((rule) => hadSet.has(rule));
  return {
    ...none,
    made: isKept || had.length > 0 ? [] : [`:${chain} - [0:0]`],
    removed: had.filter((rule) => !hasSet.has(rule)).map((rule) => `-D ${chain} ${rule}`),
    added: has.flatMap((rule, at) => {
      if (hadSet.has(rule)) return [];
      // A place that is named has all of the chain read.
      return [at > lastKept ? `-A ${chain} ${rule}` : `-I ${chain} ${at + 1} ${rule}`];
    }),
  };
}
