import { BerthError } from '../../errors/berth-error.ts';

/** An error about networks that do not go together. */
export function refusedNetworking(message: string, field = 'HostConfig.NetworkMode'): BerthError {
  return new BerthError('CONTAINER_CONFIG_INVALID', {
    message,
    remedy: 'Leave out one of the two.',
    details: { field },
  });
}
