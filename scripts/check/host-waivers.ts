import type { SkipRequest } from '../../checks/selection.ts';
import type { Clock } from '../../runtime/host/clock.ts';
import { readTextIfExists } from '../../runtime/host/files.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { parseWaivers, type Waivers } from './waivers.ts';

/**
 * Reads the waivers of a host and joins them with what the command line skips, which goes first: what was said just now
 * is what is meant. For `berth check` and `berth up` alike.
 *
 * @throws BerthError WAIVERS_INVALID.
 */
export async function withHostWaivers(
  skip: readonly SkipRequest[],
  { host, clock }: { readonly host: ProvisionHost; readonly clock: Clock },
): Promise<Waivers> {
  const path = places.waivers;
  const text = await readTextIfExists(host.path(path));
  const waivers = parseWaivers({ path, text }, clock.now());
  const said = new Set(skip.map(({ id }) => id));
  return { ...waivers, skip: [...skip, ...waivers.skip.filter(({ id }) => !said.has(id))] };
}
