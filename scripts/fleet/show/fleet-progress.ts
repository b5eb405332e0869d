import type { FleetHost } from '../inventory/fleet-host.ts';
import type { HostResult } from '../result.ts';

/** Shows hosts as they go by. */
export interface FleetProgress {
  /** What is being done on a host from now on. */
  tell(host: FleetHost, doing: string): void;
  /** How a host ended. */
  done(host: FleetHost, result: HostResult): void;
  /** Resolves when all is shown. */
  end(): Promise<void>;
}
