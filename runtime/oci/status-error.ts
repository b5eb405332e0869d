import { BerthError } from '../errors/berth-error.ts';
import type { Status } from './state/status.ts';

/** What to do about a container in the wrong status. */
const remedies: Readonly<Record<Status, string>> = {
  creating: 'Wait until it has been created.',
  created: 'Start it: berth oci start <container-id>',
  running: 'Stop it first: berth oci kill <container-id> KILL',
  paused: 'Let it go on first: berth oci resume <container-id>',
  stopped: 'Remove it: berth oci delete <container-id>',
};

/**
 * An OCI_CONTAINER_STATUS: a container is not in a status for what was asked.
 *
 * @param message begins as runc's does: engines look for it in there.
 */
export function statusError(id: string, status: Status, message: string): BerthError {
  return new BerthError('OCI_CONTAINER_STATUS', {
    message: `${message}: "${id}" is ${status}`,
    remedy: remedies[status],
    details: { id, status },
  });
}
