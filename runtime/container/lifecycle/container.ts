import type { Writable } from 'node:stream';

import { FileUses } from '../archive/file-uses.ts';
import type { MonitorConnection } from '../ports.ts';
import { Listeners } from '../../concurrency/listeners.ts';
import type { ContainerId } from '../model/container-id.ts';
import type { Health } from '../health/health.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { SerialQueue } from '../../concurrency/serial-queue.ts';

/** Turns in a container's life that those who wait for it or are attached to it need to hear of. */
export type LifecycleTurn =
  | { readonly kind: 'started'; readonly stdin: Writable }
  | { readonly kind: 'start-failed' }
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'removed'; readonly exitCode: number }
  | { readonly kind: 'removal-failed'; readonly exitCode: number };

/** What goes on beside a container, and may go on for a while after its end. */
export interface LogKeeper {
  /** Ends it behind what it has begun to send; what is left is for the next one. */
  stop(): void;
  /** Ends it at once, whatever it has begun: that may be sent a second time. */
  giveUp(): void;
  /** Resolves when there is nothing left to do, or it was stopped. */
  readonly ended: Promise<void>;
}

/**
 * A container as berthd holds it in memory: its record, and the connection to its monitor while it runs. The parts of
 * `lifecycle/` change it; everybody else only reads.
 */
export class Container {
  readonly id: ContainerId;
  /** One state change at a time; whoever waits for the program to end does so outside of it. */
  readonly queue = new SerialQueue();
  /** One checkpoint at a time is made or removed. */
  readonly checkpoints = new SerialQueue();
  readonly turns = new Listeners<LifecycleTurn>();
  /** Heard whenever the log file has grown. */
  readonly output = new Listeners<undefined>();
  /** Replaced whole by `RecordStore.save`. */
  record: ContainerRecord;
  /** There from the moment the program runs until its exit is recorded. */
  connection: MonitorConnection | undefined;
  /** Whether the log is known to end with a whole line: its monitor ended in order, or it was looked through. */
  logIsWhole = false;
  /** What its health check says; there from the first start on, for those that have one. Kept in memory only. */
  health: Health | undefined;
  /** Who reads or changes its files from outside. */
  readonly fileUses = new FileUses();
  /** Who has yet to open its log, after the end of the program. */
  readonly logUses = new FileUses();
  /** Ends the health check that goes on. */
  healthChecks: AbortController | undefined;
  /** What berthd does with its log: compresses older files, sends lines on. */
  logKeeper: LogKeeper | undefined;
  /** Set once SIGKILL is on its way: nobody is to stop the processes, which would then not die. */
  dying = false;
  /** For how many tasks the processes have to stand still, beside a pause. */
  stillFor = 0;
  /** Somebody removes it, and perhaps still waits for its program to end. */
  removalAsked = false;
  /** Set once removal has begun, so that nothing else begins. */
  removing = false;

  constructor(record: ContainerRecord) {
    this.id = record.id;
    this.record = record;
  }
}
