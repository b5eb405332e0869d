import { readFileSync } from 'node:fs';
import type { Result, SuiteReport } from './suite.ts';

/*
 * `node test/conformance/compare.ts OURS.json PEER.json...`: what passes with one of the peers and not with ours, and how
 * many pass with each.
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
for (const [name, passing] of missing) {
  process.stdout.write(
    `${here.get(name) ?? 'absent'} ${name} # passes with ${passing.join(', ')}\n`,
  );
}
for (const report of [ours, ...peers]) {
  const passed = [...outcomesOf(report).values()].filter((outcome) => outcome === 'pass').length;
  process.stdout.write(`${report.version}: ${passed} passed\n`);
}

function read(path: string): SuiteReport {
  return JSON.parse(readFileSync(path, 'utf8')) as SuiteReport;
}

function outcomesOf(report: SuiteReport): Map<string, Result['outcome']> {
  const results = report.units.flatMap((unit) => unit.results);
  return new Map(results.map(({ name, outcome }) => [name, outcome]));
}
