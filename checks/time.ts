import { checkSystemMessages as m } from '../messages/areas/checks-system.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { Outcome } from './finding.ts';
import { findTimeService, isSynchronised } from './probes/time-service.ts';
import { registryUrls } from './probes/registry-urls.ts';
import { readPackageSources } from './probes/package-sources.ts';

const mostSeconds = 300;
const askTimeoutMs = 4000;
/** No clock can rightly be before this: berth was not there yet. */
const notBefore = Date.UTC(2026, 10, 1);

interface ServerTime {
  readonly source: string;
  /** This host's clock minus the server's. */
  readonly aheadMs: number;
}

/** Whether the clock is right: by the time that servers tell, else by the host's time service. */
export const time: Check = {
  id: 'time',
  title: m.timeTitle,
  group: 'system',
  wanted: m.timeWanted,
  why: m.timeWhy,
  severity: 'warn',
  privilege: 'none',
  waits: true,
  timeoutMs: askTimeoutMs + 15_000,
  async probe(context) {
    const told = await askServers(context);
    if (told !== undefined) return judge(context, told);
    const now = context.clock.now();
    if (now < notBefore) {
      const seen = m.timeBeforeRelease({ now: iso(now), release: iso(notBefore) });
      return troubled(context, { seen, remedy: m.timeUnknownRemedy() });
    }
    const by = await isSynchronised(context);
    if (by !== undefined) return { status: 'pass', seen: m.timeSynchronised({ by }) };
    return { status: 'warn', seen: m.timeUnknown(), remedy: m.timeUnknownRemedy() };
  },
};

/** The first server that tells its time: registries and mirrors, which berth asks anyway. */
async function askServers(context: CheckContext): Promise<ServerTime | undefined> {
  const urls = [
    ...(await registryUrls(context.files)),
    ...(await readPackageSources(context.files)),
  ].slice(0, 5);
  const { askHttp, clock, signal } = context;
  const asked = urls.map(async (url) => {
    const answer = await askHttp({
      url,
      timeoutMs: askTimeoutMs,
      // With a wrong clock no certificate is valid, and nothing but the time is taken from the answer.
      certificates: 'any',
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.kind === 'error' || answer.dateMs === undefined) throw new Error('no time');
    return { source: new URL(url).host, aheadMs: clock.now() - answer.dateMs };
  });
  return Promise.any(asked).catch(() => undefined);
}

function judge(context: CheckContext, { source, aheadMs }: ServerTime): Promise<Outcome> {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const details = { source, aheadSeconds: Math.round(aheadMs / 1000) };
  if (seconds <= mostSeconds) {
    // Dates of HTTP are whole seconds: nothing below one can be told.
    const seen = m.timeAgrees({ seconds: Math.max(seconds, 1), source });
    return Promise.resolve({ status: 'pass', seen, details });
  }
  const span = { span: inWords(seconds), source };
  return troubled(context, {
    seen: aheadMs < 0 ? m.timeBehind(span) : m.timeAhead(span),
    remedy: m.timeSet({ now: iso(context.clock.now() - aheadMs) }),
    details,
  });
}

/** A time service that is installed and off can be switched on; one that is missing cannot be downloaded with this clock. */
async function troubled(
  context: CheckContext,
  trouble: { readonly seen: string; readonly remedy: string; readonly details?: object },
): Promise<Outcome> {
  const service = await findTimeService(context);
  const details = { ...trouble.details, service: service?.name };
  if (service?.state !== 'off') {
    return { status: 'warn', seen: trouble.seen, remedy: trouble.remedy, details };
  }
  const { name, manager } = service;
  return {
    status: 'warn',
    seen: trouble.seen,
    remedy: m.timeEnable({ service: name }),
    fix: [{ kind: 'service-enable', name, manager }],
    details,
  };
}

/** As date(1) takes it: `2026-11-21 15:40:00`. */
function iso(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 19);
}

function inWords(seconds: number): string {
  if (seconds < 120) return m.seconds({ count: seconds });
  if (seconds < 2 * 3600) return m.minutes({ count: Math.round(seconds / 60) });
  if (seconds < 48 * 3600) return m.hours({ count: Math.round(seconds / 3600) });
  return m.days({ count: Math.round(seconds / 86_400) });
}
