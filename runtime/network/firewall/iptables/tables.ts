import type { Family } from '../family-rules.ts';
import { ask, type HostTools, must } from '../host-tools.ts';
import { blockPrefix } from './publish-rules.ts';
import {
  jumps,
  ownChains,
  type TableName,
  tableNames,
  type TableRules,
  userChain,
} from './rules.ts';

/** Names of the programs of a protocol (iptables(8)). */
export const programs = {
  4: { tables: 'iptables', save: 'iptables-save', restore: 'iptables-restore' },
  6: { tables: 'ip6tables', save: 'ip6tables-save', restore: 'ip6tables-restore' },
} as const satisfies Readonly<Record<Family, unknown>>;

/**
 * What iptables-restore(8) is given so that berth's chains hold these rules and nothing else, each table in one transaction.
 * @param saved what iptables-save(8) says: calls and chains that are there are not made again
 */
export function restoreText(saved: string, rules: TableRules): string {
  return tableNames
    .map((table) => {
      const there = sectionOf(saved, table);
      // A chain that is named here is emptied, or made.
      const own = chainsIn(rules, table);
      const left = blocksIn(there).filter((name) => !own.has(name));
      const declared = [...own, ...left].map((name) => `:${name} - [0:0]`);
      const user =
        table === 'filter' && !there.includes(`:${userChain} `) ? [`:${userChain} - [0:0]`] : [];
      const missing = jumps.filter(
        ({ from, rule, table: of }) => of === table && !there.includes(`\n-A ${from} ${rule}\n`),
      );
      const calls = missing.map(({ from, rule }) => `-I ${from} 1 ${rule}`);
      return [
        ...[`*${table}`, ...declared, ...user, ...rules[table], ...calls],
        ...left.map((name) => `-X ${name}`),
        'COMMIT',
      ].join('\n');
    })
    .join('\n')
    .concat('\n');
}

/** berth's chains of a table, but for the administrator's. */
function chainsIn(rules: TableRules, table: TableName): ReadonlySet<string> {
  const named = rules[table].map((line) => line.split(' ', 2)[1] ?? '');
  return new Set([...ownChains[table], ...named]);
}

/** Chains of blocks of ports that are there. */
function blocksIn(section: string): readonly string[] {
  const chains = [...section.matchAll(/^:(BERTH-\S+) /gm)].map(([, name = '']) => name);
  return chains.filter((name) => name.startsWith(blockPrefix));
}

/** What iptables-restore(8) is given so that nothing of berth's is left; `undefined` when nothing is there. */
export function removalText(saved: string): string | undefined {
  const sections = tableNames.flatMap((table) => {
    const there = sectionOf(saved, table);
    const chains = [...there.matchAll(/^:(BERTH-\S+) /gm)].map(([, name]) => name);
    if (chains.length === 0) return [];
    const calls = [...there.matchAll(/^-A (?!BERTH-)(\S+ .*-[jg] BERTH-\S+.*)$/gm)];
    return [
      `*${table}`,
      ...calls.map(([, rule]) => `-D ${rule}`),
      ...chains.map((name) => `-F ${name}`),
      ...chains.map((name) => `-X ${name}`),
      'COMMIT',
    ];
  });
  return sections.length === 0 ? undefined : `${sections.join('\n')}\n`;
}

/** What iptables-save(8) says of all tables that there are; it makes none. `undefined` without iptables. */
export function savedRules(tools: HostTools, family: Family): Promise<string | undefined> {
  return ask(tools, [programs[family].save]);
}

/** Changes rules as a text says; it waits for others who do. @throws FIREWALL_REFUSED */
export async function restoreRules(tools: HostTools, family: Family, text: string): Promise<void> {
  await must(tools, [programs[family].restore, '--wait', '--noflush'], text);
}

/** Removes berth's chains from the tables of iptables, where there are any. */
export async function removeOwnChains(tools: HostTools): Promise<void> {
  for (const family of [4, 6] as const) {
    const saved = await savedRules(tools, family);
    const text = saved === undefined ? undefined : removalText(saved);
    if (text !== undefined) await restoreRules(tools, family, text);
  }
}

function sectionOf(saved: string, table: string): string {
  const [, section = ''] = new RegExp(`^\\*${table}$(.*?)^COMMIT$`, 'ms').exec(saved) ?? [];
  return section;
}
