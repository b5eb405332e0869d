import type { ProgramRunner } from '../../syscall/run-image.ts';
import { BridgeDriver } from './bridge-driver.ts';
import { ipvlanDriver } from './ipvlan-driver.ts';
import { macvlanDriver } from './macvlan-driver.ts';
import type { NetworkDriver } from './network-driver.ts';
import { plainDriver } from './plain-driver.ts';

/** All drivers, by their names. */
export type DriverTable = ReadonlyMap<string, NetworkDriver>;

/** Makes the drivers. */
export function makeDrivers(runner: ProgramRunner): DriverTable {
  const drivers: readonly NetworkDriver[] = [
    new BridgeDriver(runner),
    macvlanDriver(runner),
    ipvlanDriver(runner),
    plainDriver('host'),
    plainDriver('null'),
  ];
  return new Map(drivers.map((driver) => [driver.name, driver]));
}
