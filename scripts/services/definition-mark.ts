import { definitionVariable } from '../../templates/service-command.ts';
import { readTextIfExists } from '../../runtime/host/files.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';

const mark = new RegExp(`${definitionVariable}="?(\\w+)`);

/**
 * Whether a daemon was started from the definition that is there now. A run that was killed between writing the one and
 * restarting the other leaves both running side by side, and nothing else would tell. The mark is in the definition, or in
 * the file of the daemon's environment that it names; a definition without one (another version's) is taken at its word.
 */
export async function runsDefinition(
  pid: number,
  { host, path }: { readonly host: ProvisionHost; readonly path: string },
): Promise<boolean> {
  const wanted = await markOf(path, host);
  if (wanted === undefined) return true;
  // Gone since: then whatever starts it again takes the definition that is there.
  const environment = await readTextIfExists(`/proc/${pid}/environ`).catch(() => undefined);
  if (environment === undefined || environment === '') return true;
  return mark.exec(environment)?.[1] === wanted;
}

async function markOf(path: string, host: ProvisionHost): Promise<string | undefined> {
  const definition = (await readTextIfExists(host.path(path))) ?? '';
  const inside = mark.exec(definition)?.[1];
  if (inside !== undefined || !definition.includes(places.daemonEnvironment)) return inside;
  return mark.exec((await readTextIfExists(host.path(places.daemonEnvironment))) ?? '')?.[1];
}
