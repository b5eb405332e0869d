import { fleetMessages as m } from '../../../messages/areas/fleet.ts';
import type { FleetResult } from '../result.ts';
import { describeDetail, describeStatus } from './describe-result.ts';
import { padEnd } from './text-width.ts';

const gap = 2;

/** The end of `berth fleet`, for people: a table, what to do about each failure, where the logs are. */
export function renderFleet(result: FleetResult): string {
  const rows = result.hosts.map((host) => [
    host.name,
    describeStatus(host),
    m.seconds({ seconds: (host.durationMs / 1000).toFixed(1) }),
    describeDetail(host),
  ]);
  const heads = [m.headHost(), m.headResult(), m.headTime(), m.headDetail()];
  const table = renderColumns([heads, ...rows]);
  const remedies = result.hosts.flatMap(({ name, error }) =>
    error?.remedy === undefined ? [] : [`  ${name}: ${error.remedy}`],
  );
  const next = remedies.length === 0 ? [] : ['', m.remedies(), ...remedies];
  const { counts } = result.summary;
  const total = result.hosts.length;
  const summary = m.summary({ ok: counts.ok, total, logs: result.logFolder });
  return ['', ...table, ...next, '', summary, ''].join('\n');
}

function renderColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const columns = rows[0]?.length ?? 0;
  const cells = rows.map((row) =>
    Array.from({ length: columns }, (_none, index) => row[index] ?? ''),
  );
  return cells.map((row) =>
    row
      .map((cell, index) =>
        index === columns - 1
          ? cell
          : padEnd(cell, { column: cells.map((each) => each[index] ?? ''), gap }),
      )
      .join('')
      .trimEnd(),
  );
}
