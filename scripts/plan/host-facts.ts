import { exists, readTextIfExists } from '../../runtime/host/files.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { detectServiceManager } from '../services/detect.ts';
import type { ServiceManagerName } from '../services/service-manager.ts';

/** What planning has to know of the host besides the findings. */
export interface HostFacts {
  readonly serviceManager: ServiceManagerName;
  /** Whether kernel modules can be loaded as it is. */
  readonly modprobe: 'present' | 'missing';
  /** Texts of files that berth merges into; `undefined` where there is none. */
  readonly daemonConfig: string | undefined;
  readonly sysctlFile: string | undefined;
  readonly modulesFile: string | undefined;
}

/** Reads the facts. Changes nothing. */
export async function hostFacts(host: ProvisionHost): Promise<HostFacts> {
  const text = (path: string): Promise<string | undefined> => readTextIfExists(host.path(path));
  return {
    serviceManager: await detectServiceManager(host),
    modprobe: (await anyExists(host, ['/sbin/modprobe', '/usr/sbin/modprobe']))
      ? 'present'
      : 'missing',
    daemonConfig: await text(places.daemonConfig),
    sysctlFile: await text(places.sysctlFile),
    modulesFile: await text(places.modulesFile),
  };
}

async function anyExists(host: ProvisionHost, paths: readonly string[]): Promise<boolean> {
  for (const path of paths) {
    if (await exists(host.path(path))) return true;
  }
  return false;
}
