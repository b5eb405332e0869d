import type { Status } from './status.ts';

/** The status for people, a line for each part. */
export function renderStatus(status: Status, nowMs: number): string {
  const lines = [
    `host      ${journalText(status.journal)}`,
    `service   ${serviceText(status.service)}`,
    ...(status.supervisor === undefined
      ? []
      : [`daemon    ${daemonText(status.supervisor, nowMs)}`]),
    `engine    ${engineText(status.engine)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function journalText(journal: Status['journal']): string {
  switch (journal.state) {
    case 'none':
      return 'not set up by berth';
    case 'unreadable':
      return 'unknown: only root may read the journal';
    case 'set-up':
      return `set up by berth at ${journal.lastRunAt}; "berth down" undoes ${journal.steps} steps`;
    case 'interrupted':
      return `a run from ${journal.lastRunAt} was cut short; "berth up" or "berth down" puts that right`;
    case 'data-kept':
      return 'not set up; container data is left, "berth down --purge" removes it';
  }
}

function serviceText(service: Status['service']): string {
  return service.state === 'none' ? 'none' : `${service.state}, under ${service.manager}`;
}

function daemonText(supervisor: NonNullable<Status['supervisor']>, nowMs: number): string {
  const restarts = supervisor.restarts === 0 ? '' : `, started again ${supervisor.restarts} times`;
  const by = ` (supervisor: process ${supervisor.pid})`;
  if (supervisor.daemonPid === undefined) return `not running, starts again soon${restarts}${by}`;
  const seconds = Math.max(0, Math.round((nowMs - supervisor.startedAtMs) / 1000));
  return `process ${supervisor.daemonPid}, up for ${duration(seconds)}${restarts}${by}`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.floor(seconds / 3600)} h`
    : `${Math.floor(seconds / 86_400)} days`;
}

function engineText(engine: Status['engine']): string {
  if (engine.state === 'unreachable') return `does not answer: ${engine.why}`;
  const { running, total } = engine.containers;
  return `berthd ${engine.version} on ${engine.socketPath}; ${running} of ${total} containers run, ${engine.images} images`;
}
