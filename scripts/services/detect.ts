import { exists } from '../../runtime/host/files.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { ServiceManagerName } from './service-manager.ts';

/** Which service manager runs this host. The folders are what sd_booted(3) and OpenRC's own tools look at. */
export async function detectServiceManager(host: ProvisionHost): Promise<ServiceManagerName> {
  if (await exists(host.path('/run/systemd/system'))) return 'systemd';
  if (await exists(host.path('/run/openrc'))) return 'openrc';
  return 'supervisor';
}
