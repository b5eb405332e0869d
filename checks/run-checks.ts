import { checkMessages as m } from '../messages/areas/checks.ts';
import { messageOf, remedyOf } from '../messages/error-words.ts';
import { BerthError, isBerthError } from '../runtime/errors/berth-error.ts';
import type { Clock } from '../runtime/host/clock.ts';
import { defaultTimeoutMs } from './check.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { Finding, Outcome, Waiver } from './finding.ts';
import { checks as allChecks } from './index.ts';
import { selectChecks } from './selection.ts';
import type { CheckSelection } from './selection.ts';

/** Probes under way at the same time, besides those that wait for servers: hosts are small. */
const concurrency = 4;

interface Turn {
  readonly index: number;
  readonly entry: ReturnType<typeof selectChecks>[number];
}

/** What `runChecks` may be told besides the context. */
export interface RunChecksOptions extends CheckSelection {
  /** Called as each check ends, in the order in which they end. */
  readonly onFinding?: (finding: Finding) => void;
  /** The table of checks; berth's own when absent. */
  readonly checks?: readonly Check[];
}

/**
 * Runs the chosen checks and returns their findings in the table's order. A probe that hangs or throws becomes a
 * finding, so that one bad probe never hides the others.
 *
 * @throws BerthError CHECK_UNKNOWN, CHECK_SKIP_INVALID, before anything has run; the reason of `context.signal` once
 * the probes under way have ended.
 */
export async function runChecks(
  context: CheckContext,
  options: RunChecksOptions = {},
): Promise<readonly Finding[]> {
  const selected = selectChecks(options.checks ?? allChecks, options);
  const findings = new Array<Finding | undefined>(selected.length);
  const find = async ({ index, entry }: Turn): Promise<void> => {
    if (context.signal?.aborted === true) return;
    const finding = await findingOf(entry.check, context, entry.waiver);
    findings[index] = finding;
    options.onFinding?.(finding);
  };
  const turns = selected.map((entry, index): Turn => ({ index, entry }));
  const waiting = turns.filter(({ entry }) => entry.check.waits === true).map(find);
  const left = turns.filter(({ entry }) => entry.check.waits !== true).values();
  // One iterator for all: each takes the next that nobody has.
  const work = async (): Promise<void> => {
    for (const turn of left) await find(turn);
  };
  await Promise.all([...waiting, ...Array.from({ length: concurrency }, work)]);
  // Only now: what was under way has cleaned up behind itself.
  context.signal?.throwIfAborted();
  return findings.filter((finding) => finding !== undefined);
}

async function findingOf(
  check: Check,
  context: CheckContext,
  waiver: Waiver | undefined,
): Promise<Finding> {
  const started = context.clock.now();
  const outcome = await outcomeOf(check, context, waiver);
  const { id, group } = check;
  const facts = { id, title: check.title(), group, wanted: check.wanted(), why: check.why() };
  const durationMs = Math.max(0, Math.round(context.clock.now() - started));
  return { ...facts, ...outcome, durationMs };
}

async function outcomeOf(
  check: Check,
  context: CheckContext,
  waiver: Waiver | undefined,
): Promise<Outcome> {
  if (waiver !== undefined) return { status: 'skip', seen: waiver.reason, waiver };
  if (check.privilege === 'root' && context.machine.uid !== 0) {
    return { status: 'skip', seen: m.notRoot({ uid: context.machine.uid }) };
  }
  const timeoutMs = check.timeoutMs ?? defaultTimeoutMs;
  try {
    return await withDeadline(() => check.probe(context), {
      clock: context.clock,
      timeoutMs,
      what: check.id,
    });
  } catch (error) {
    return outcomeOfError(check, error);
  }
}

function outcomeOfError(check: Check, error: unknown): Outcome {
  if (isBerthError(error, 'CHECK_TIMEOUT')) {
    return {
      status: check.whenLate ?? check.severity,
      seen: messageOf(error),
      remedy: remedyOf(error) ?? '',
      details: { code: error.code, ...error.details },
    };
  }
  return {
    status: 'fail',
    seen: m.probeEnded({ code: codeOf(error), message: messageOf(error) }),
    remedy:
      (isBerthError(error) ? remedyOf(error) : undefined) ?? m.probeEndedRemedy({ id: check.id }),
    details: { code: codeOf(error), ...(isBerthError(error) ? error.details : {}) },
  };
}

/** The stable code of an error: berth's own, or Node.js's (`EACCES`); else the name of its class. */
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.name : 'a value that is not an Error';
}

interface Deadline {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly what: string;
}

/** Resolves as `work` does, or rejects with CHECK_TIMEOUT; `work` itself cannot be stopped and is left behind. */
async function withDeadline<T>(work: () => Promise<T>, deadline: Deadline): Promise<T> {
  const over = new AbortController();
  const timeout = deadline.clock.sleep(deadline.timeoutMs, over.signal).then(
    () => {
      throw new BerthError('CHECK_TIMEOUT', {
        message: m.timeout({ id: deadline.what, timeoutMs: deadline.timeoutMs }),
        remedy: m.timeoutRemedy({ id: deadline.what }),
        details: { timeoutMs: deadline.timeoutMs },
      });
    },
    // Aborted because the work was done first: then nobody looks at this promise any more.
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    over.abort(new Error('the probe has ended'));
  }
}
