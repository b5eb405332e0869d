import { BerthError } from '../../errors/berth-error.ts';
import type { HostConfig } from '../model/host-config.ts';

/** What a container cannot have along with ids of its own, in Docker's words where it has them. */
const conflicts: readonly {
  readonly field: keyof HostConfig;
  readonly message: string;
  readonly asked: (hostConfig: HostConfig) => boolean;
}[] = [
  {
    field: 'Privileged',
    message:
      'privileged mode is incompatible with user namespaces. You must run the container in the host namespace when running privileged mode',
    asked: ({ Privileged }) => Privileged,
  },
  {
    field: 'NetworkMode',
    message: "cannot share the host's network namespace when user namespaces are enabled",
    asked: ({ NetworkMode }) => NetworkMode === 'host',
  },
  {
    field: 'PidMode',
    message: 'cannot share the host PID namespace when user namespaces are enabled',
    asked: ({ PidMode }) => PidMode === 'host',
  },
];

/**
 * Refuses what a container in a user namespace cannot have: what belongs to the host, its root has no power over.
 *
 * @throws CONTAINER_CONFIG_INVALID
 */
export function refuseRemapped(hostConfig: HostConfig): void {
  const conflict = conflicts.find(({ asked }) => asked(hostConfig));
  if (conflict === undefined) return;
  const field = `HostConfig.${conflict.field}`;
  throw new BerthError('CONTAINER_CONFIG_INVALID', {
    message: conflict.message,
    remedy: 'Leave it out, or run this container with the users of the host: "--userns host".',
    details: { field },
  });
}
