import { openrcScript } from '../../templates/openrc-script.ts';
import type { ServiceCommand } from '../../templates/service-command.ts';
import { supervisedService } from '../../templates/supervised-service.ts';
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
    definition: definitionFor(manager, definition),
    leftovers: [...leftovers],
  };
}

function definitionFor(
  manager: ServiceManagerName,
  command: ServiceCommand,
): ServiceStep['definition'] {
  switch (manager) {
    case 'systemd':
      return { path: places.systemdUnit, content: systemdUnit(command), mode: 0o644 };
    case 'openrc':
      return { path: places.openrcScript, content: openrcScript(command), mode: 0o755 };
    case 'supervisor':
      return { path: places.supervisedService, content: supervisedService(command), mode: 0o644 };
  }
}
