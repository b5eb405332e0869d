import { readFileSync } from 'node:fs';
import type { Result, SuiteReport } from './suite.ts';

/*
 * `node test/conformance/compare.ts OURS.json PEER.json...`: what passes with one of the peers and not with ours, and how
 * many pass with each. Assertions that ours never came to, such as those of a container that did not start, are one line.
 */
const [ours, ...peers] = process.argv.slice(2).map(read);
if (ours === undefined || peers.length === 0) throw new Error('wanted: OURS.json PEER.json...');
const here = outcomesOf(ours);
const missing = new Map<string, string[]>();
for (const peer of peers) {
  for (const [name, outcome] of outcomesOf(peer)) {
    if (outcome !== 'pass' || here.get(name) === 'pass') continue;
    missing.set(name, [...(missing.get(name) ?? []), peer.version]);
  }
}
const lines: string[] = [];
const notReached = new Map<string, number>();
for (const [name, passing] of missing) {
  const outcome = here.get(name);
  const [unit = ''] = name.split(': ');
  if (outcome === undefined) notReached.set(unit, (notReached.get(unit) ?? 0) + 1);
  else lines.push(`${outcome} ${name} # passes with ${passing.join(', ')}`);
}
for (const [unit, times] of notReached) lines.push(`absent ${unit}: ${times} assertions`);
for (const report of [ours, ...peers]) {
  const passed = [...outcomesOf(report).values()].filter((outcome) => outcome === 'pass').length;
  lines.push(`${report.version}: ${passed} passed`);
}
process.stdout.write(`${lines.join('\n')}\n`);

function read(path: string): SuiteReport {
  return JSON.parse(readFileSync(path, 'utf8')) as SuiteReport;
}

function outcomesOf(report: SuiteReport): Map<string, Result['outcome']> {
  const results = report.units.flatMap((unit) => unit.results);
  return new Map(results.map(({ name, outcome }) => [name, outcome]));
}
