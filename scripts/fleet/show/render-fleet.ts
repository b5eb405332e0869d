import { fleetMessages as m } from '../../../messages/areas/fleet.ts';
import type { FleetResult } from '../result.ts';
import { describeDetail, describePlans, describeStatus } from './describe-result.ts';
import { alignedLines } from '../../ui/text-table.ts';

/** The end of `berth fleet`, for people: plans that were asked for, a table, what to do about each failure, where the logs are. */
export function renderFleet(result: FleetResult): string {
  const rows = result.hosts.map((host) => [
    host.name,
    describeStatus(host),
    m.seconds({ seconds: (host.durationMs / 1000).toFixed(1) }),
    describeDetail(host),
  ]);
  const heads = [m.headHost(), m.headResult(), m.headTime(), m.headDetail()];
  const table = alignedLines([heads, ...rows]);
  const remedies = result.hosts.flatMap(({ name, error }) =>
    error?.remedy === undefined ? [] : [`  ${name}: ${error.remedy}`],
  );
  const next = remedies.length === 0 ? [] : ['', m.remedies(), ...remedies];
  const { counts } = result.summary;
  const total = result.hosts.length;
  const summary = m.summary({ ok: counts.ok, total, logs: result.logFolder });
  const plans = describePlans(result.hosts);
  return [...plans, '', ...table, ...next, '', summary, ''].join('\n');
}
