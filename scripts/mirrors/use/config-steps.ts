import { exists } from '../../../runtime/host/files.ts';
import { places } from '../../host/places.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import type { Step } from '../../steps/index.ts';

/** Where daemon.json is kept as it was before berth changed its mirrors for the first time. */
export const configBackup = `${places.daemonConfig}.berth-backup`;

/**
 * The step that keeps a daemon.json as it is. None when there is nothing to keep, or a copy already: the first one is what
 * a person wants back. `berth down` removes it.
 */
export async function backupSteps(
  text: string | undefined,
  host: ProvisionHost,
): Promise<readonly Step[]> {
  if (text === undefined || (await exists(host.path(configBackup)))) return [];
  return [{ kind: 'write-file', path: configBackup, content: text, mode: 0o600 }];
}
