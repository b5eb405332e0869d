import { z } from 'zod';
import { fleetMessages as m } from '../../../messages/areas/fleet.ts';
import { checkForm, type HostResult } from '../result.ts';

/** What `berth up --json` and `berth down --json` print, as far as a table shows it. */
const outcomeForm = z.object({
  outcome: z.string(),
  plan: z.object({ changes: z.array(z.unknown()) }).optional(),
});

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

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
