import { environmentFile } from '../../templates/environment-file.ts';
import { fileLoggedEnvironment } from '../../templates/file-logged-command.ts';
import { openrcScript } from '../../templates/openrc-script.ts';
import { markedEnvironment, type ServiceCommand } from '../../templates/service-command.ts';
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
  const environmentPath = places.daemonEnvironment;
  switch (manager) {
    case 'systemd': {
      const content = systemdUnit(command, environmentPath);
      return {
        definition: { path: places.systemdUnit, content, mode: 0o644 },
        companions: [
          { path: places.systemdSocket, content: systemdSocket(command), mode: 0o644 },
          secretFile(environmentPath, environmentFile(markedEnvironment(command))),
        ],
      };
    }
    case 'openrc': {
      const paths = { runFolder: places.runFolder, environmentFile: environmentPath };
      return {
        definition: {
          path: places.openrcScript,
          content: openrcScript(command, paths),
          mode: 0o755,
        },
        companions: [secretFile(environmentPath, environmentFile(fileLoggedEnvironment(command)))],
      };
    }
    case 'supervisor':
      // Nobody but berth reads it, so the environment may be in it.
      return { definition: secretFile(places.supervisedService, supervisedService(command)) };
  }
}

/** For root alone. */
function secretFile(path: string, content: string): ServiceStep['definition'] {
  return { path, content, mode: 0o600 };
}
