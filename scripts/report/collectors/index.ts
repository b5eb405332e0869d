import type { Collector } from '../collector.ts';
import { cgroupsCollector } from './cgroups.ts';
import { checksCollector } from './checks.ts';
import { containersCollector } from './containers.ts';
import { diskCollector } from './disk.ts';
import { engineLogCollector } from './engine-log.ts';
import { engineCollector } from './engine.ts';
import { journalCollector } from './journal.ts';
import { kernelCollector } from './kernel.ts';
import { mirrorsCollector } from './mirrors.ts';
import { mountsCollector } from './mounts.ts';
import { networkCollector } from './network.ts';
import { processesCollector } from './processes.ts';
import { systemCollector } from './system.ts';

/** Every collector, in the order of the report. A new one is a file and a line here. */
export const collectors: readonly Collector[] = [
  systemCollector,
  checksCollector,
  engineCollector,
  engineLogCollector,
  containersCollector,
  journalCollector,
  mirrorsCollector,
  networkCollector,
  cgroupsCollector,
  mountsCollector,
  diskCollector,
  processesCollector,
  kernelCollector,
];
