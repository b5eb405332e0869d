import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchSetup, groups } from './groups.ts';
import { type Result, rowOf, table } from './report.ts';
import { Workshop } from './workshop.ts';

/*
 * `npm run bench`: berth beside its peers, in turn, in one run; medians. With `--only` some groups of figures only; with
 * `--record` the table is added to docs/benchmarks.md.
 */
const repository = join(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    record: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const unknown = values.only.filter((name) => !Object.hasOwn(groups, name));
if (unknown.length > 0) {
  const wanted = Object.keys(groups).join(', ');
  throw new Error(`"--only ${unknown.join(' ')}" is no group of figures; wanted: ${wanted}`);
}
const workshop = new Workshop();
const results: Result[] = [];
const problems: unknown[] = [];
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
const setup: BenchSetup = {
  workshop,
  ...(values.rounds !== undefined && { rounds: Number(values.rounds) }),
  say,
  take: async (name, measure) => {
    try {
      const taken = await measure();
      results.push(...taken);
      for (const each of taken) say(rowOf(each).join(' | '));
    } catch (problem) {
      problems.push(problem);
      say(`${name}: ${problem instanceof Error ? problem.message : String(problem)}`);
    }
  },
};
try {
  for (const [name, measure] of Object.entries(groups)) {
    if (values.only.length === 0 || values.only.includes(name)) await measure(setup);
  }
  const report = `\n## ${new Date().toISOString().slice(0, 10)}\n\n${machine()}\n\n${table(results)}\n`;
  process.stdout.write(report);
  if (values.record) appendFileSync(join(repository, 'docs/benchmarks.md'), report);
} finally {
  workshop.remove();
}
if (problems.length > 0) throw new Error(`${problems.length} measurements failed, see above`);

function machine(): string {
  const [cpu] = cpus();
  const system =
    /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  const versionOf = (program: string): string =>
    execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n')[0]?.trim() ?? '';
  const peers = ['runc', 'dockerd', 'docker', 'skopeo'].map(versionOf);
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${cpu?.model ?? 'unknown'}, ${memory} GiB, Linux ${release()}, ${system}. ${[`Node.js ${process.version}`, ...peers].join('; ')}.`;
}
