import { isBerthError } from '../../errors/berth-error.ts';
import { portWishes } from '../../network/ports/port-wishes.ts';
import { donorOf } from '../model/namespace-mode.ts';
import { rule, type Rule } from './rule.ts';

/** What is verified of ports (Docker v28.5.2, daemon/container.go and runconfig/hostconfig.go). */
export function portRules(): readonly Rule[] {
  return [
    {
      field: 'HostConfig.PortBindings',
      broken: (_, { PortBindings }) => {
        try {
          portWishes({ bindings: PortBindings, exposed: [], publishAll: false });
          return undefined;
        } catch (error) {
          if (isBerthError(error, 'PORT_SPEC_INVALID')) return error.message;
          throw error;
        }
      },
    },
    rule(
      'HostConfig.PortBindings',
      'conflicting options: port publishing and the container type network mode',
      (_, { NetworkMode, PortBindings, PublishAllPorts }) =>
        donorOf(NetworkMode) !== undefined &&
        (PublishAllPorts || Object.keys(PortBindings ?? {}).length > 0),
    ),
  ];
}
