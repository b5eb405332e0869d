import { fleetErrorMessages as m } from '../../messages/areas/fleet-errors.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { FleetRun } from './fleet-run.ts';
import { openHostLog } from './host-log.ts';
import { runStages } from './host-stages.ts';
import type { FleetHost } from './inventory/fleet-host.ts';
import type { Staged } from './remote/stage-bundle.ts';
import { problemOf, type HostProblem, type HostResult, type HostStage } from './result.ts';

/** What is known of a host that is under way. */
interface Progress {
  stage: HostStage;
  doing: string;
  bundle?: Staged;
}

/** Takes one host through all stages within its time. Never throws: what happens is in the result. */
export async function runHost(host: FleetHost, number: number, run: FleetRun): Promise<HostResult> {
  const { clock, logFolder, redact } = run;
  const { name, address, labels } = host;
  const started = clock.now();
  const progress: Progress = { stage: 'connect', doing: '' };
  const limit = new AbortController();
  const over = new AbortController();
  clock.sleep(run.timeoutMs, over.signal).then(
    () => {
      limit.abort(tooLate(run, progress.doing));
    },
    () => undefined,
  );
  const log = await openHostLog({ folder: logFolder, name, clock, redact });
  const failed = (error: HostProblem, result?: unknown): Omit<HostResult, 'durationMs'> => {
    // The reason for which it was cut off is worth more than how it took that.
    const late = limit.signal.aborted && !run.signal.aborted;
    const problem = late ? problemOf(limit.signal.reason) : error;
    log.write(`== ${problem.code}: ${problem.message}`);
    return {
      ...{ name, address, labels, log: log.path, stage: progress.stage, error: problem },
      status: run.signal.aborted ? 'stopped' : 'failed',
      ...(result === undefined ? {} : { result }),
    };
  };
  const ended = await runStages({
    host,
    number,
    run,
    log,
    signal: AbortSignal.any([run.signal, limit.signal]),
    enter: (stage, doing) => {
      Object.assign(progress, { stage, doing });
      log.write(`== ${doing}`);
      run.tell(host, doing);
    },
    staged: (how) => {
      progress.bundle = how;
    },
  }).then(
    (outcome) =>
      outcome.kind === 'ok'
        ? ({ name, address, labels, log: log.path, status: 'ok', result: outcome.result } as const)
        : failed(outcome.error, outcome.result),
    (error: unknown) => failed(problemOf(error)),
  );
  over.abort();
  await log.close();
  const { bundle } = progress;
  const durationMs = clock.now() - started;
  return { ...ended, durationMs, ...(bundle === undefined ? {} : { bundle }) };
}

function tooLate(run: FleetRun, doing: string): BerthError {
  const seconds = Math.round(run.timeoutMs / 1000);
  return new BerthError('FLEET_TIMEOUT', {
    message: m.timeout({ seconds, doing }),
    remedy: m.timeoutRemedy(),
    details: { timeoutMs: run.timeoutMs },
  });
}

/** A host whose turn had not come when the fleet was stopped. */
export function notRun({ name, address, labels }: FleetHost): HostResult {
  return { name, address, labels, status: 'not-run', durationMs: 0 };
}
