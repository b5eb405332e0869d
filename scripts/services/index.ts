import { openrc } from './openrc.ts';
import type { ServiceManager, ServiceManagerName } from './service-manager.ts';
import { supervised } from './supervised.ts';
import { systemd } from './systemd.ts';

/** Every service manager, by name. */
const managers: Readonly<Record<ServiceManagerName, ServiceManager>> = {
  systemd,
  openrc,
  supervisor: supervised,
};

/** The service manager of that name. */
export function serviceManager(name: ServiceManagerName): ServiceManager {
  return managers[name];
}
