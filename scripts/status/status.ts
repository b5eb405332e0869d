import { statusMessages as m } from '../../messages/areas/status.ts';
import { ApiClient } from '../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../runtime/cli/client/endpoint.ts';
import { fieldsOf, optionalNumber, optionalText } from '../../runtime/cli/client/fields.ts';
import { messageOf } from '../../messages/error-words.ts';
import { isBerthError } from '../../runtime/errors/berth-error.ts';
import type { Clock } from '../../runtime/host/clock.ts';
import { hasErrno } from '../../runtime/host/files.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { Journal } from '../journal/journal.ts';
import type { Run } from '../journal/runs.ts';
import { serviceManager } from '../services/index.ts';
import type { ServiceManagerName } from '../services/service-manager.ts';
import { readSupervisor } from '../supervisor/supervisor.ts';
import type { SupervisorState } from '../../runtime/supervise/supervisor-state.ts';

/** What `berth status` shows; `--json` prints exactly this. */
export interface Status {
  readonly journal:
    | { readonly state: 'none' }
    /** Only root may read it. */
    | { readonly state: 'unreadable' }
    | {
        /** `interrupted`: a run was killed; the next `up` or `down` deals with it. `data-kept`: after `down`. */
        readonly state: 'set-up' | 'interrupted' | 'data-kept';
        readonly runs: number;
        /** Steps that `berth down` would undo. */
        readonly steps: number;
        /** When the last run began (RFC 3339). */
        readonly lastRunAt: string;
      };
  readonly service:
    | { readonly state: 'none' }
    | { readonly state: 'active' | 'inactive'; readonly manager: ServiceManagerName };
  /** Present where berth supervises the daemon itself. */
  readonly supervisor?: SupervisorState;
  readonly engine:
    | { readonly state: 'unreachable'; readonly socketPath: string; readonly why: string }
    | {
        readonly state: 'answers';
        readonly socketPath: string;
        readonly version: string;
        readonly containers: { readonly running: number; readonly total: number };
        readonly images: number;
      };
}

/** An engine that hangs is given up, in milliseconds. */
const engineTimeoutMs = 5000;

/** Looks at journal, service and engine. Changes nothing. Throws JOURNAL_CORRUPT, or the signal's reason. */
export async function readStatus(
  host: ProvisionHost,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Status> {
  const runs = await readRuns(host, clock);
  const supervisor = await readSupervisor(host);
  const socket = runs?.findLast(({ plan }) => 'socket' in plan.request)?.plan.request['socket'];
  return {
    journal: journalStatus(runs),
    service: await serviceStatus(host, { runs, supervisor }),
    ...(supervisor === undefined ? {} : { supervisor }),
    engine: await engineStatus(
      host.path(typeof socket === 'string' ? socket : places.apiSocket),
      signal,
    ),
  };
}

async function readRuns(host: ProvisionHost, clock: Clock): Promise<readonly Run[] | undefined> {
  try {
    return (await Journal.look(host, clock)).runs;
  } catch (error) {
    if (hasErrno(error, 'EACCES', 'EPERM')) return undefined;
    throw error;
  }
}

function journalStatus(runs: readonly Run[] | undefined): Status['journal'] {
  if (runs === undefined) return { state: 'unreadable' };
  const last = runs.at(-1);
  if (last === undefined) return { state: 'none' };
  const phases = new Set(runs.map(({ phase }) => phase));
  const interrupted = phases.has('applying') || phases.has('rolling-back');
  return {
    state: interrupted ? 'interrupted' : phases.has('done') ? 'set-up' : 'data-kept',
    runs: runs.length,
    steps: runs.reduce((sum, run) => sum + run.undo.size, 0),
    lastRunAt: last.begunAt,
  };
}

async function serviceStatus(
  host: ProvisionHost,
  known: {
    readonly runs: readonly Run[] | undefined;
    readonly supervisor: SupervisorState | undefined;
  },
): Promise<Status['service']> {
  const steps = (known.runs ?? [])
    .filter(({ phase }) => phase !== 'rested')
    .flatMap(({ plan }) => plan.steps);
  const service = steps.findLast((step) => step.kind === 'service');
  if (service === undefined) {
    return known.supervisor === undefined
      ? { state: 'none' }
      : { state: 'active', manager: 'supervisor' };
  }
  const { manager, name, definition } = service;
  const active = await serviceManager(manager).isActive(host, { name, path: definition.path });
  return { state: active ? 'active' : 'inactive', manager };
}

async function engineStatus(socketPath: string, stop: AbortSignal): Promise<Status['engine']> {
  const client = new ApiClient(parseEndpoint(`unix://${socketPath}`));
  const late = AbortSignal.timeout(engineTimeoutMs);
  const signal = AbortSignal.any([stop, late]);
  try {
    const version = fieldsOf(
      await client.json({ method: 'GET', path: '/version', signal }),
      'version',
    );
    const info = fieldsOf(await client.json({ method: 'GET', path: '/info', signal }), 'info');
    return {
      state: 'answers',
      socketPath,
      version: optionalText(version, 'Version'),
      containers: {
        running: optionalNumber(info, 'ContainersRunning'),
        total: optionalNumber(info, 'Containers'),
      },
      images: optionalNumber(info, 'Images'),
    };
  } catch (error) {
    stop.throwIfAborted();
    const why = late.aborted ? m.engineHangs({ seconds: engineTimeoutMs / 1000 }) : wordsOf(error);
    return { state: 'unreachable', socketPath, why };
  }
}

function wordsOf(error: unknown): string {
  return isBerthError(error) ? `${error.code}: ${messageOf(error)}` : messageOf(error);
}
