import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import type { ProvisionEvent, ProvisionListener } from '../apply/events.ts';
import type { Tell } from './progress.ts';

/** A listener that says in words what happens. */
export function telling(tell: Tell): ProvisionListener {
  return (event) => {
    const line = renderEvent(event);
    if (line !== undefined) tell(line);
  };
}

/** An event in words; `undefined` for those that only matter to programs. */
function renderEvent(event: ProvisionEvent): string | undefined {
  switch (event.kind) {
    case 'run-begun':
      return event.resumed ? m.continuing() : undefined;
    case 'step-said':
      return event.line;
    case 'step-applied':
      return event.step;
    case 'rollback-begun':
      return m.undoing({ reason: event.reason.split('\n')[0] ?? '' });
    case 'step-undone':
      return event.note === undefined
        ? m.undone({ step: event.step })
        : m.undoneNote({ step: event.step, note: event.note });
    case 'step-kept':
      return m.kept({ note: event.note });
    case 'undo-failed':
      return m.notUndone({ step: event.step, problem: event.problem });
    case 'step-begun':
    case 'step-touched':
    case 'step-unneeded':
    case 'run-done':
    case 'rollback-done':
      return undefined;
  }
}
