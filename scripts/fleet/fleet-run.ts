import type { Clock } from '../../runtime/host/clock.ts';
import type { FleetOrder } from './action.ts';
import type { BundleSource } from './bundle/bundles.ts';
import type { FleetHost } from './inventory/fleet-host.ts';
import type { Secret } from './secret.ts';
import type { ClientFolder } from './ssh/client-folder.ts';

/** What every host of a fleet is run with. */
export interface FleetRun {
  readonly order: FleetOrder;
  readonly bundles: BundleSource;
  readonly clients: ClientFolder;
  /** For sudo. */
  readonly password: Secret | undefined;
  /** Takes secrets out of what goes into logs. */
  readonly redact: (line: string) => string;
  readonly logFolder: string;
  /** Environment of the ssh clients. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Longest time for a connection to come about. */
  readonly connectTimeoutMs: number;
  /** Longest time for one host. */
  readonly timeoutMs: number;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** Told what is being done on a host, in words. */
  readonly tell: (host: FleetHost, doing: string) => void;
}
