import { z } from 'zod';
import { fleetMessages as m } from '../../../messages/areas/fleet.ts';
import { planView, renderPlan } from '../../plan/render-plan.ts';
import { checkForm, type HostResult } from '../result.ts';

/** What `berth up --json` and `berth down --json` print, as far as a table shows it. */
const outcomeForm = z.object({
  outcome: z.string(),
  plan: z.object({ changes: z.array(z.unknown()) }).optional(),
});

const plannedForm = z.object({ outcome: z.literal('planned'), plan: planView });

/** The status of a host, for people. */
export function describeStatus({ status }: HostResult): string {
  switch (status) {
    case 'ok':
      return m.statusOk();
    case 'failed':
      return m.statusFailed();
    case 'stopped':
      return m.statusStopped();
    case 'not-run':
      return m.statusNotRun();
  }
}

/** How a host ended, in one line without its status. */
export function describeDetail({ error, result }: HostResult): string {
  if (error !== undefined) return `${error.code}: ${firstLine(error.message)}`;
  const report = checkForm.safeParse(result);
  if (report.success) return m.detailChecks(report.data.summary);
  const { data } = outcomeForm.safeParse(result);
  const count = data?.plan?.changes.length ?? 0;
  switch (data?.outcome) {
    case 'changed':
      return m.detailChanged({ count });
    case 'unchanged':
      return m.detailUnchanged();
    case 'planned':
      return count === 0 ? m.detailUnchanged() : m.detailPlanned({ count });
    case 'undone':
      return m.detailUndone();
    case 'nothing-to-do':
      return m.detailNothingToUndo();
    default:
      return data === undefined ? '' : data.outcome;
  }
}

/** How a host ended, in one line. */
export function describeResult(result: HostResult): string {
  const detail = describeDetail(result);
  return detail === '' ? describeStatus(result) : `${describeStatus(result)}: ${detail}`;
}

/** What hosts would change, each plan once with the names of its hosts. */
export function describePlans(hosts: readonly HostResult[]): readonly string[] {
  const plans = new Map<string, string[]>();
  for (const { name, result } of hosts) {
    const { data } = plannedForm.safeParse(result);
    if (data === undefined || data.plan.changes.length === 0) continue;
    const text = renderPlan(data.plan, 'diffs');
    plans.set(text, [...(plans.get(text) ?? []), name]);
  }
  return [...plans].flatMap(([text, names]) => [
    '',
    m.planOf({ hosts: names.join(', ') }),
    ...text.split('\n').map((line) => `  ${line}`.trimEnd()),
  ]);
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
