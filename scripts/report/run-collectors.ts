import { reportMessages as m } from '../../messages/areas/report.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError, isBerthError } from '../../runtime/errors/berth-error.ts';
import type { Collector, CollectorContext } from './collector.ts';
import { Evidence, reasonOf } from './evidence/evidence.ts';
import type { ReportLimits } from './limits.ts';
import type { Redactor } from './redaction/redactor.ts';

/** Collectors at work at the same time: most wait for programs, and hosts are small. */
const concurrency = 4;

/** What one collector has brought. */
export interface Collected {
  readonly collector: Collector;
  readonly status: 'complete' | 'partial' | 'failed' | 'timeout' | 'omitted';
  readonly durationMs: number;
  readonly evidence: Evidence;
  readonly error?: { readonly code: string; readonly message: string };
}

/** What running collectors takes. */
export interface CollectorRun {
  readonly collectors: readonly Collector[];
  /** `signal`: aborted when the user wants no report any more. */
  readonly context: CollectorContext;
  readonly redactor: Redactor;
  readonly limits: ReportLimits;
}

/**
 * Runs collectors, each within its time, and returns what they brought in the order of the table. One that hangs or throws
 * is told of and left behind, with what it had gathered until then.
 *
 * @throws the reason of the context's signal.
 */
export async function runCollectors(run: CollectorRun): Promise<readonly Collected[]> {
  const results = new Array<Collected | undefined>(run.collectors.length);
  let next = 0;
  const work = async (): Promise<void> => {
    for (;;) {
      const index = next;
      next += 1;
      const collector = run.collectors[index];
      if (collector === undefined || run.context.signal.aborted) return;
      results[index] = await runOne(collector, run);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  run.context.signal.throwIfAborted();
  return results.filter((result) => result !== undefined);
}

async function runOne(collector: Collector, run: CollectorRun): Promise<Collected> {
  const { context, redactor, limits } = run;
  const evidence = new Evidence(redactor, limits);
  if (collector.holds === 'logs' && context.request.logs === 'omitted') {
    evidence.note(m.logsOmitted());
    return { collector, status: 'omitted', durationMs: 0, evidence };
  }
  const started = context.clock.now();
  const since = (): number => Math.max(0, Math.round(context.clock.now() - started));
  const timeoutMs = collector.timeoutMs / limits.haste;
  try {
    await withinTime(collector, { context, evidence, timeoutMs });
    const status = evidence.notes.length === 0 ? 'complete' : 'partial';
    return { collector, status, durationMs: since(), evidence };
  } catch (error) {
    const isLate = isBerthError(error, 'REPORT_COLLECTOR_TIMEOUT');
    evidence.note(isLate ? messageOf(error) : m.collectorFailed({ why: reasonOf(error) }));
    return {
      collector,
      status: isLate ? 'timeout' : 'failed',
      durationMs: since(),
      evidence,
      error: { code: codeOf(error), message: redactor.text(reasonOf(error)) },
    };
  } finally {
    evidence.seal();
  }
}

/** Resolves when the collector has ended; rejects when its time is over, whether it takes notice of that or not. */
async function withinTime(
  collector: Collector,
  given: {
    readonly context: CollectorContext;
    readonly evidence: Evidence;
    readonly timeoutMs: number;
  },
): Promise<void> {
  const { context, evidence, timeoutMs } = given;
  const over = new AbortController();
  const ended = new AbortController();
  const late = context.clock.sleep(timeoutMs, ended.signal).then(
    () => {
      const message = m.timeOver({ seconds: (timeoutMs / 1000).toFixed(1) });
      over.abort(new BerthError('REPORT_COLLECTOR_TIMEOUT', { message }));
    },
    () => undefined,
  );
  const signal = AbortSignal.any([context.signal, over.signal]);
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
  try {
    await Promise.race([collector.collect({ ...context, signal }, evidence), aborted]);
  } finally {
    ended.abort(new Error('the collector has ended'));
    await late;
  }
}

/** The stable code of an error: berth's own, or Node.js's (`EACCES`); else the name of its class. */
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.name : 'Error';
}
