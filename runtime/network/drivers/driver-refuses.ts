import { BerthError } from '../../errors/berth-error.ts';
import type { NetworkRecord } from '../model/network-record.ts';

/** What a driver cannot have, in Docker's words. */
export function driverRefuses(
  { driver, name }: Pick<NetworkRecord, 'driver' | 'name'>,
  message: string,
  remedy = 'Give other options.',
): BerthError {
  return new BerthError('NETWORK_DRIVER_REFUSED', {
    message,
    remedy,
    details: { driver, network: name },
  });
}
