import { servicesMessages as m } from '../../messages/areas/services.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';

/** The error of a service manager that could not start the daemon; `said` is the end of its log. */
export function notReady(said: string): BerthError {
  return new BerthError('DAEMON_NOT_READY', {
    message: said === '' ? m.notStarted() : m.notStartedSaid({ said }),
    remedy: m.notStartedRemedy(),
    details: { log: said.split('\n') },
  });
}
