import type { ProvisionEvent } from '../apply/events.ts';

/** An event in words; `undefined` for those that only matter to programs. */
export function renderEvent(event: ProvisionEvent): string | undefined {
  switch (event.kind) {
    case 'run-begun':
      return event.resumed ? 'continuing a run that was cut short' : undefined;
    case 'step-applied':
      return event.step;
    case 'rollback-begun':
      return `undoing: ${event.reason.split('\n')[0] ?? ''}`;
    case 'step-undone':
      return `undone: ${event.step}${event.note === undefined ? '' : `; ${event.note}`}`;
    case 'step-kept':
      return `kept: ${event.note}`;
    case 'undo-failed':
      return `NOT undone: ${event.step}: ${event.problem}`;
    case 'step-begun':
    case 'step-touched':
    case 'step-unneeded':
    case 'run-done':
    case 'rollback-done':
      return undefined;
  }
}
