import type { NetworkDriver } from '../drivers/network-driver.ts';
import { NetworkAddresses } from '../ipam/network-addresses.ts';
import type { NetworkRecord } from '../model/network-record.ts';

/** A network as berthd holds it in memory. */
export class Network {
  readonly record: NetworkRecord;
  readonly driver: NetworkDriver;
  /** Which of its addresses are in use. */
  readonly addresses: NetworkAddresses;
  /** Set once its removal has begun, so that nobody is connected any more. */
  removing = false;
  /** There once the host is being given what the network needs. */
  established: Promise<void> | undefined;

  constructor(record: NetworkRecord, driver: NetworkDriver) {
    this.record = record;
    this.driver = driver;
    this.addresses = new NetworkAddresses(record);
  }

  get id(): string {
    return this.record.id;
  }

  get name(): string {
    return this.record.name;
  }
}
