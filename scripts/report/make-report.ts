import { hostname, machine, release } from 'node:os';
import { language } from '../../messages/language.ts';
import type { Clock } from '../../runtime/host/clock.ts';
import { readTextIfExists } from '../../runtime/host/files.ts';
import { prettyName, readOsRelease } from '../../runtime/host/os-release.ts';
import { berthVersion } from '../cli/version.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { Collector, ReportRequest } from './collector.ts';
import { collectors as allCollectors } from './collectors/index.ts';
import { makeDocument, type Report } from './document/report-document.ts';
import { engineProbe } from './engine/engine-probe.ts';
import { engineSocketPath } from './engine/engine-socket.ts';
import { reportLimits, type ReportLimits } from './limits.ts';
import { learnHostSecrets } from './redaction/credential-files.ts';
import { Redactor } from './redaction/redactor.ts';
import { runCollectors } from './run-collectors.ts';

/** What making a report takes. */
export interface ReportWork {
  readonly request: ReportRequest;
  readonly host: ProvisionHost;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Berth's own when absent. */
  readonly collectors?: readonly Collector[];
  readonly limits?: ReportLimits;
}

/** Longest wait for one answer of the engine, in milliseconds. */
const engineTimeoutMs = 5000;

/**
 * Gathers all evidence and joins it to a report, in memory: nothing is written, and nothing that looks secret is left in
 * it. Changes nothing on the host.
 *
 * @throws the reason of `signal`
 */
export async function makeReport(work: ReportWork): Promise<Report> {
  const { clock, host, limits = reportLimits } = work;
  const started = clock.now();
  const redactor = new Redactor();
  // First, so that what they hold is known before anything is looked at.
  await learnHostSecrets(redactor, work);
  const socketPath = await engineSocketPath(host, clock);
  const userId = process.geteuid?.() ?? -1;
  const collected = await runCollectors({
    collectors: work.collectors ?? allCollectors,
    redactor,
    limits,
    context: {
      host,
      request: work.request,
      engine: engineProbe({ socketPath, timeoutMs: engineTimeoutMs / limits.haste }),
      clock,
      userId,
      language: language(),
      signal: work.signal,
    },
  });
  const head = {
    berthVersion: berthVersion(),
    language: language(),
    createdAt: new Date(started).toISOString(),
    durationMs: Math.max(0, Math.round(clock.now() - started)),
    host: {
      name: hostname(),
      distribution: await distributionOf(host),
      kernel: release(),
      hardware: machine(),
      userId,
    },
    request: {
      logs: work.request.logs,
      since: new Date(work.request.sinceMs).toISOString(),
    },
  };
  return makeDocument(head, { collected, redactor, totalBytes: limits.totalBytes });
}

/** The name that os-release(5) gives the system. */
async function distributionOf(host: ProvisionHost): Promise<string> {
  const told = await readOsRelease((path) =>
    readTextIfExists(host.path(path)).catch(() => undefined),
  );
  return prettyName(told) ?? 'Linux';
}
