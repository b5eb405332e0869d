import type { Text } from '../../messages/message.ts';
import type { Clock } from '../../runtime/host/clock.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { EngineProbe } from './engine/engine-probe.ts';
import type { Evidence } from './evidence/evidence.ts';

/** What a report was asked to hold. */
export interface ReportRequest {
  readonly logs: 'included' | 'omitted';
  /** Logs are no older than this, in milliseconds since 1970. */
  readonly sinceMs: number;
}

/** What a collector works with. */
export interface CollectorContext {
  readonly host: ProvisionHost;
  readonly request: ReportRequest;
  readonly engine: EngineProbe;
  readonly clock: Clock;
  /** Effective user id: other than 0, much cannot be read. */
  readonly userId: number;
  /** Language of what other programs of berth are asked to say. */
  readonly language: string;
  /** Aborted when the collector's time is over. */
  readonly signal: AbortSignal;
}

/** Gathers one kind of evidence. Changes nothing on the host. */
export interface Collector {
  /** Stable name, and the folder of its files in the archive. */
  readonly id: string;
  readonly title: Text;
  /** `logs`: has nothing to give when logs are left out. */
  readonly holds: 'facts' | 'logs';
  /** Longest time, in milliseconds; then the report goes on with what it has gathered until then. */
  readonly timeoutMs: number;
  /** Puts into `evidence` what it finds. May throw: that is told in the report, and the others go on. */
  collect(context: CollectorContext, evidence: Evidence): Promise<void>;
}
