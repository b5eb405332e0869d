import { upMessages as m } from '../../messages/areas/up.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { listFolder, readTextIfExists } from '../../runtime/host/files.ts';
import { dataRootOf } from '../../templates/daemon-json.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { Plan } from '../plan/plan.ts';
import { guardSystemFolder } from './guard-system-folder.ts';

/**
 * Makes sure that a plan does not take the data root away from containers that run: the engine of the new one would not
 * know them, and nobody could stop them. Each has a folder below the run folder for as long as it runs.
 *
 * @throws BerthError CONTAINERS_IN_DATA_ROOT, USAGE for a plan whose data root is a folder of the system.
 */
export async function guardDataRoot(host: ProvisionHost, plan: Plan): Promise<void> {
  const path = places.daemonConfig;
  const step = plan.steps.find((one) => one.kind === 'write-file' && one.path === path);
  if (step?.kind !== 'write-file') return;
  const wanted = dataRootOf({ path, text: step.content }) ?? places.dataRoot;
  guardSystemFolder({ dataRoot: wanted, from: path });
  const text = await readTextIfExists(host.path(path));
  if (text === undefined) return;
  const now = dataRootOf({ path, text }) ?? places.dataRoot;
  if (now === wanted) return;
  const running = await listFolder(host.path(`${places.runFolder}/containers`));
  if (running.length === 0) return;
  throw new BerthError('CONTAINERS_IN_DATA_ROOT', {
    message: m.dataRootInUse({ now, wanted, count: running.length }),
    remedy: m.dataRootInUseRemedy(),
    details: { now, wanted, containers: running },
  });
}
