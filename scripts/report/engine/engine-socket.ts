import type { Clock } from '../../../runtime/host/clock.ts';
import { places } from '../../host/places.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { Journal } from '../../journal/journal.ts';

/** Path of the engine's socket, as `berth up` was told; the default when nobody may know or nothing was set up. */
export async function engineSocketPath(host: ProvisionHost, clock: Clock): Promise<string> {
  try {
    const { runs } = await Journal.look(host, clock);
    const socket = runs.findLast(({ plan }) => 'socket' in plan.request)?.plan.request['socket'];
    return host.path(typeof socket === 'string' ? socket : places.apiSocket);
  } catch {
    // Unreadable or corrupt: the journal's own collector says so.
    return host.path(places.apiSocket);
  }
}
