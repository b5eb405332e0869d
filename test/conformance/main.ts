import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { failuresOf, totalsOf } from './report.ts';
import { runUnit } from './run-unit.ts';
import type { Suite, SuiteReport, UnitReport } from './suite.ts';
import { suites } from './suites.ts';
import { removeTree } from '../support/remove-tree.ts';

/*
 * `node test/conformance/main.ts --suite NAME --runtime PATH`: judges a runtime by an outside suite; README.md says how.
 */
const { values } = parseArgs({
  options: {
    suite: { type: 'string' },
    runtime: { type: 'string' },
    checkouts: { type: 'string', default: process.env['BERTH_CONFORMANCE_SUITES'] ?? '' },
    only: { type: 'string', default: '' },
    report: { type: 'string' },
    timeout: { type: 'string', default: '60' },
  },
});
const name = chosen(values.suite);
const suite: Suite = suites[name];
const runtime = resolve(values.runtime ?? '');
const folder = checkoutOf();
const units = suite
  .units({ folder, runtime })
  .filter((unit) => new RegExp(values.only).test(unit.name));
const work = mkdtempSync(join(tmpdir(), 'c-'));
// Root of a user namespace is nobody here, and has to reach its bundle.
chmodSync(work, 0o755);
const reports: UnitReport[] = [];
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stop.abort();
  });
}
const options = { work, timeoutMs: Number(values.timeout) * 1000, signal: stop.signal };
try {
  for (const unit of units) {
    const report = await runUnit(unit, options);
    if (stop.signal.aborted) throw new Error('it was told to end before all was run');
    reports.push(report);
    say(`${unit.name}: ${totalsOf([report])} in ${report.seconds} s`);
  }
} finally {
  removeTree(work);
}
const report: SuiteReport = {
  suite: name,
  runtime,
  version: versionOf(),
  date: new Date().toISOString(),
  units: reports,
};
if (values.report !== undefined) {
  mkdirSync(dirname(resolve(values.report)), { recursive: true });
  writeFileSync(values.report, `${JSON.stringify(report, undefined, 1)}\n`);
}
for (const line of failuresOf(reports)) process.stdout.write(`${line}\n`);
process.stdout.write(`${name}, ${report.version}: ${totalsOf(reports)}\n`);

function chosen(given: string | undefined): keyof typeof suites {
  const names = Object.keys(suites) as (keyof typeof suites)[];
  const found = names.find((each) => each === given);
  if (found !== undefined) return found;
  throw new Error(`"--suite ${given ?? ''}" is no suite; wanted: ${names.join(', ')}`);
}

function checkoutOf(): string {
  if (values.checkouts === '') {
    throw new Error('wanted: --checkouts FOLDER, or BERTH_CONFORMANCE_SUITES=FOLDER');
  }
  const checkout = resolve(values.checkouts, name);
  const missing = suite.needs.filter((path) => !existsSync(join(checkout, path)));
  if (missing.length === 0) return checkout;
  throw new Error(`"${checkout}" lacks ${missing.join(', ')}: a built checkout was wanted`);
}

function versionOf(): string {
  const said = execFileSync(runtime, ['--version'], { encoding: 'utf8' });
  return said.split('\n')[0]?.trim() ?? '';
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
