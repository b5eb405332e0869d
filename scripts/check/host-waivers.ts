import type { SkipRequest } from '../../checks/selection.ts';
import type { Clock } from '../../runtime/host/clock.ts';
import { checkVerbMessages as m } from '../../messages/areas/check-verb.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { readTextIfExists } from '../../runtime/host/files.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { Waivers } from './waivers.ts';

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
  const text = await readWaivers(path, host);
  if (text === undefined) return { skip, ended: [] };
  // Few hosts have any: the parser for it is a tenth of what `berth check` loads.
  const { parseWaivers } = await import('./waivers.ts');
  const waivers = parseWaivers({ path, text }, clock.now());
  const said = new Set(skip.map(({ id }) => id));
  return { ...waivers, skip: [...skip, ...waivers.skip.filter(({ id }) => !said.has(id))] };
}

/** A folder in its place, or a file that cannot be read, is told like a file that is wrong. */
async function readWaivers(path: string, host: ProvisionHost): Promise<string | undefined> {
  try {
    return await readTextIfExists(host.path(path));
  } catch (cause) {
    throw new BerthError('WAIVERS_INVALID', {
      message: m.waiversUnreadable({ path, why: messageOf(cause) }),
      remedy: m.waiversRemedy({ path }),
      details: { path },
      cause,
    });
  }
}
