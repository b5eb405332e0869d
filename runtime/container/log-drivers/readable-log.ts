import { BerthError } from '../../errors/berth-error.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { type LogPlan, logPlan } from './log-plan.ts';

/** The log of a container, for a client. @throws LOG_UNREADABLE in Docker's words */
export function readableLog(state: EngineState, container: Container): LogPlan {
  const plan = logPlan(container.record, state.folder(container));
  if (plan.readable) return plan;
  throw new BerthError('LOG_UNREADABLE', {
    message: 'configured logging driver does not support reading',
    remedy: 'Create the container with another "--log-driver", such as json-file.',
    details: { container: container.id, driver: container.record.hostConfig.LogConfig.Type },
  });
}
