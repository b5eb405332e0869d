import { z } from 'zod';
import { fleetErrorMessages as m } from '../../messages/areas/fleet-errors.ts';
import { inLanguage, messageOf } from '../../messages/error-words.ts';
import { isBerthError } from '../../runtime/errors/berth-error.ts';
import type { FleetAction } from './action.ts';
import type { Staged } from './remote/stage-bundle.ts';

/** What was being done on a host. */
export type HostStage = 'connect' | 'inspect' | 'bundle' | 'copy' | 'run' | 'tidy';

/** Why a host failed: an error of berth here or there, as `berth --json` prints it. */
export interface HostProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** How a host ended. */
export interface HostResult {
  readonly name: string;
  readonly address: string;
  readonly labels: readonly string[];
  /** `stopped`: was asked to stop under way. `not-run`: its turn had not come. */
  readonly status: 'ok' | 'failed' | 'stopped' | 'not-run';
  readonly durationMs: number;
  /** Where it failed or was stopped. */
  readonly stage?: HostStage;
  /** Whether the bundle was copied; absent when it did not come to that. */
  readonly bundle?: Staged;
  /** The JSON that berth printed on the host. */
  readonly result?: unknown;
  readonly error?: HostProblem;
  /** File with all that happened. */
  readonly log?: string;
}

/**
 * The result of `berth fleet`, as `--json` prints it. `schemaVersion` changes when a field changes its meaning or
 * goes.
 */
export interface FleetResult {
  readonly schemaVersion: 1;
  readonly action: FleetAction;
  /** Every host of the fleet, in its order. */
  readonly hosts: readonly HostResult[];
  readonly logFolder: string;
  readonly summary: {
    /** Hosts by status. */
    readonly counts: Readonly<Record<HostResult['status'], number>>;
    /** Whether all are `ok`: what the exit code says too. */
    readonly ok: boolean;
    readonly durationMs: number;
  };
}

/** Puts the result together. */
export function fleetResult(
  hosts: readonly HostResult[],
  run: { readonly action: FleetAction; readonly logFolder: string; readonly durationMs: number },
): FleetResult {
  const counts = { ok: 0, failed: 0, stopped: 0, 'not-run': 0 };
  for (const { status } of hosts) counts[status] += 1;
  const { action, logFolder, durationMs } = run;
  return {
    schemaVersion: 1,
    action,
    hosts,
    logFolder,
    summary: { counts, ok: counts.ok === hosts.length, durationMs },
  };
}

/** Anything that was thrown, as a problem of a host. */
export function problemOf(thrown: unknown): HostProblem {
  if (!isBerthError(thrown)) return { code: 'INTERNAL', message: messageOf(thrown) };
  const { code, message, remedy, details } = inLanguage(thrown);
  return { code, message, remedy, ...(Object.keys(details).length === 0 ? {} : { details }) };
}

/** What `berth --json` prints when it fails. */
const errorForm = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    remedy: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** What `berth check --json` prints, as far as a fleet looks at it. */
export const checkForm = z.object({
  findings: z.array(z.object({ id: z.string(), status: z.string(), seen: z.string() })),
  summary: z.object({ pass: z.number(), warn: z.number(), fail: z.number() }),
});

/** How berth on a host ended, by its status and what it printed. */
export type RemoteOutcome =
  | { readonly kind: 'ok'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly result?: unknown; readonly error: HostProblem };

/** Reads what berth printed on a host. */
export function remoteOutcome(ended: {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}): RemoteOutcome {
  const result = jsonIn(ended.stdout);
  if (result === undefined) {
    const said = [ended.stdout, ended.stderr].join('\n').trim().split('\n').slice(-3).join('; ');
    const message = m.outputInvalid({ status: ended.exitCode, said });
    return {
      kind: 'failed',
      error: { code: 'FLEET_OUTPUT_INVALID', message, remedy: m.remoteRemedy() },
    };
  }
  const failure = errorForm.safeParse(result);
  if (failure.success) return { kind: 'failed', error: failure.data.error };
  if (ended.exitCode === 0) return { kind: 'ok', result };
  const report = checkForm.safeParse(result);
  const failed = report.data?.findings.filter(({ status }) => status === 'fail') ?? [];
  if (failed.length > 0) {
    const checks = failed.map(({ id, seen }) => `${id}: ${seen}`).join('; ');
    const message = m.checksFailed({ checks });
    return {
      kind: 'failed',
      result,
      error: { code: 'CHECK_FAILED', message, remedy: m.checksFailedRemedy() },
    };
  }
  const message = m.remoteFailed({ doing: 'berth', status: ended.exitCode, said: ended.stderr });
  return {
    kind: 'failed',
    result,
    error: { code: 'FLEET_REMOTE_FAILED', message, remedy: m.remoteRemedy() },
  };
}

/** The JSON document in an output; what a login prints by itself may stand before it. */
function jsonIn(text: string): unknown {
  const start = /^\{/m.exec(text)?.index;
  if (start === undefined) return undefined;
  try {
    return JSON.parse(text.slice(start));
  } catch {
    return undefined;
  }
}
