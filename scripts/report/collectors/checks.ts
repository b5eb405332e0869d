import { z } from 'zod';
import { checks } from '../../../checks/index.ts';
import { reportFindingMessages as m } from '../../../messages/areas/report-findings.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { captureProcess } from '../../../runtime/host/capture-process.ts';
import { berthProgram } from '../../program/self.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import type { Evidence } from '../evidence/evidence.ts';

/** What a report uses of `berth check --json`; the rest goes into the archive as it is. */
const checkReport = z.object({
  findings: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      title: z.string(),
      seen: z.string(),
      wanted: z.string().optional(),
      why: z.string().optional(),
      remedy: z.string().optional(),
    }),
  ),
});

/** What is run, without what belongs to this process. */
const command = ['berth', 'check', '--json'];

/** Longer is no result of checks. */
const mostBytes = 4_194_304;
const timeoutMs = 100_000;
/** Checks that only wait when the engine is silent, each for its own limit. */
const askingEngine: readonly string[] = ['runtime', 'smoke.embedded', 'smoke.registry'];

/**
 * The host checks, as `berth check --json` runs them: in a process of its own, so that a probe that hangs can be ended.
 */
export const checksCollector: Collector = {
  id: 'checks',
  title: m.titleChecks,
  holds: 'facts',
  timeoutMs: timeoutMs + 5000,
  async collect(context, evidence) {
    const text = await runChecks(context);
    const parsed = checkReport.safeParse(jsonOf(text));
    if (!parsed.success) {
      const why = text.trim().slice(0, 200);
      evidence.finding({
        id: 'checks.run',
        status: 'warn',
        title: m.checksTitle(),
        seen: m.checksFailed({ why }),
        remedy: m.checksFailedRemedy(),
        evidence: [],
      });
      return;
    }
    evidence.json('check-report.json', jsonOf(text), { title: command.join(' ') });
    addFindings(parsed.data, evidence);
  },
};

/** `--skip` for what would wait for an engine that is known not to answer. */
async function skipped({ engine }: CollectorContext): Promise<readonly string[]> {
  if ((await engine.state()).kind === 'answers') return [];
  const ids = checks.map(({ id }) => id).filter((id) => askingEngine.includes(id));
  return ids.flatMap((id) => ['--skip', `${id}=${m.checksEngineSilent()}`]);
}

async function runChecks(context: CollectorContext): Promise<string> {
  const { language, signal } = context;
  const skips = await skipped(context);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const end = await captureProcess({
    argv: berthProgram().argv('cli', ['check', '--json', '--lang', language, ...skips]),
    env: process.env,
    timeoutMs,
    signal,
    onOutput: (chunk) => {
      chunks.push(chunk);
      bytes += chunk.length;
      return bytes > mostBytes ? 'enough' : 'more';
    },
  });
  const output = Buffer.concat(chunks).toString('utf8');
  // What was printed is whole before the process ends, which a probe that hangs can delay.
  if (end.kind !== 'exited' && jsonOf(output) === undefined) {
    throw new BerthError('CHECK_TIMEOUT', {
      message: m.checksFailed({ why: end.kind }),
      remedy: m.checksFailedRemedy(),
    });
  }
  return output === '' && end.kind === 'exited' ? end.stderr : output;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function addFindings({ findings }: z.infer<typeof checkReport>, evidence: Evidence): void {
  const counts = new Map<string, number>();
  for (const { id, status, title, seen, wanted, why, remedy = '' } of findings) {
    counts.set(status, (counts.get(status) ?? 0) + 1);
    if (status !== 'fail' && status !== 'warn') continue;
    evidence.finding({
      id,
      status,
      title,
      seen,
      ...(wanted === undefined ? {} : { wanted }),
      ...(why === undefined ? {} : { why }),
      remedy,
      evidence: ['checks/check-report.json'],
    });
  }
  for (const [status, count] of counts) evidence.fact(status, count);
}
