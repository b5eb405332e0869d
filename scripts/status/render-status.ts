import { statusMessages as m } from '../../messages/areas/status.ts';
import { alignedLines } from '../ui/text-table.ts';
import type { Status } from './status.ts';

/** The status for people, a line for each part. */
export function renderStatus(status: Status, nowMs: number): string {
  const lines = [
    [m.labelHost(), journalText(status.journal)],
    [m.labelService(), serviceText(status.service)],
    ...(status.supervisor === undefined
      ? []
      : [[m.labelDaemon(), daemonText(status.supervisor, nowMs)]]),
    [m.labelEngine(), engineText(status.engine)],
  ];
  return `${alignedLines(lines, { gap: 2, narrowest: 10 }).join('\n')}\n`;
}

function journalText(journal: Status['journal']): string {
  switch (journal.state) {
    case 'none':
      return m.notSetUp();
    case 'unreadable':
      return m.unreadable();
    case 'set-up':
      return m.setUp({ at: journal.lastRunAt, steps: journal.steps });
    case 'interrupted':
      return m.interrupted({ at: journal.lastRunAt });
    case 'data-kept':
      return m.dataKept();
  }
}

function serviceText(service: Status['service']): string {
  if (service.state === 'none') return m.serviceNone();
  const { manager } = service;
  return service.state === 'active' ? m.serviceActive({ manager }) : m.serviceInactive({ manager });
}

function daemonText(supervisor: NonNullable<Status['supervisor']>, nowMs: number): string {
  const restarts = supervisor.restarts === 0 ? '' : m.restarts({ count: supervisor.restarts });
  const by = m.bySupervisor({ pid: supervisor.pid });
  if (supervisor.daemonPid === undefined) return `${m.startsSoon()}${restarts}${by}`;
  const seconds = Math.max(0, Math.round((nowMs - supervisor.startedAtMs) / 1000));
  const running = m.runsFor({ pid: supervisor.daemonPid, time: duration(seconds) });
  return `${running}${restarts}${by}`;
}

function duration(seconds: number): string {
  if (seconds < 120) return m.seconds({ count: seconds });
  if (seconds < 7200) return m.minutes({ count: Math.floor(seconds / 60) });
  return seconds < 172_800
    ? m.hours({ count: Math.floor(seconds / 3600) })
    : m.days({ count: Math.floor(seconds / 86_400) });
}

function engineText(engine: Status['engine']): string {
  if (engine.state === 'unreachable') return m.unreachable({ why: engine.why });
  const { running, total } = engine.containers;
  return m.answers({
    version: engine.version,
    path: engine.socketPath,
    running,
    total,
    images: engine.images,
  });
}
