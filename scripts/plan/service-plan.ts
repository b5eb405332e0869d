import { openrcScript } from '../../templates/openrc-script.ts';
import type { ServiceCommand } from '../../templates/service-command.ts';
import { supervisedService } from '../../templates/supervised-service.ts';
import { systemdSocket } from '../../templates/systemd-socket.ts';
import { systemdUnit } from '../../templates/systemd-unit.ts';
import { places, serviceName } from '../host/places.ts';
import type { ServiceManagerName } from '../services/service-manager.ts';
import type { Step } from '../steps/index.ts';

type ServiceStep = Extract<Step, { kind: 'service' }>;

/** The daemon's service under the host's service manager. */
export function serviceStepFor(
  manager: ServiceManagerName,
  command: ServiceCommand & { readonly leftovers: readonly string[] },
): ServiceStep {
  const { leftovers, ...definition } = command;
  return {
    kind: 'service',
    manager,
    name: serviceName,
    ...filesFor(manager, definition),
    leftovers: [...leftovers],
  };
}

function filesFor(
  manager: ServiceManagerName,
  command: ServiceCommand,
): Pick<ServiceStep, 'definition' | 'companions'> {
  switch (manager) {
    case 'systemd': {
      const content = systemdUnit(command);
      const mode = definitionMode(manager, content);
      return {
        definition: { path: places.systemdUnit, content, mode },
        companions: [{ path: places.systemdSocket, content: systemdSocket(command), mode: 0o644 }],
      };
    }
    case 'openrc': {
      const content = openrcScript(command, places.runFolder);
      const mode = definitionMode(manager, content);
      return { definition: { path: places.openrcScript, content, mode } };
    }
    case 'supervisor': {
      const content = supervisedService(command);
      const mode = definitionMode(manager, content);
      return { definition: { path: places.supervisedService, content, mode } };
    }
  }
}

/** A URL with a user or a password, as the variables of a proxy may have one. */
const credentials = /:\/\/[^\s/"']+@/;

/** Permission bits of a definition. Only root reads a password, and what nobody but berth has to read. */
export function definitionMode(manager: ServiceManagerName, content: string): number {
  const secret = credentials.test(content);
  switch (manager) {
    case 'systemd':
      return secret ? 0o600 : 0o644;
    case 'openrc':
      return secret ? 0o700 : 0o755;
    case 'supervisor':
      return 0o600;
  }
}
