import { hostname } from 'node:os';

import type { ApiServices } from '../services.ts';
import { daemonMessage } from './event-message.ts';
import { engineId } from './system-info.ts';

/** Tells those who listen that the configuration was read again. @param debug whether much is logged from now on */
export async function announceReload(
  { events, identity, clock }: ApiServices,
  { debug }: { readonly debug: boolean },
): Promise<void> {
  const attributes = {
    debug: String(debug),
    'insecure-registries': JSON.stringify(identity.insecureRegistries),
    name: hostname(),
    'registry-mirrors': JSON.stringify(identity.registryMirrors),
  };
  const id = await engineId(identity.dataRoot);
  events.publish(daemonMessage('reload', { id, attributes, timeMs: clock.now() }));
}
