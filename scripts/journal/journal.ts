import { randomUUID } from 'node:crypto';
import type { Clock } from '../../runtime/host/clock.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { places } from '../host/places.ts';
import type { Plan } from '../plan/plan.ts';
import { JournalFile } from './journal-file.ts';
import { makeJournalFolder, removeJournalFolder, tidyJournalFolder } from './journal-folder.ts';
import type { JournalRecord } from './record.ts';
import { runsOf, type Run } from './runs.ts';

/**
 * What berth has done to this host and how to go back. The folder and the file appear with the first run and go when
 * nothing is left to undo.
 */
export class Journal {
  readonly #host: ProvisionHost;
  readonly #clock: Clock;
  #file: JournalFile | undefined;
  #records: JournalRecord[];

  private constructor(
    host: ProvisionHost,
    options: {
      readonly clock: Clock;
      readonly file: JournalFile | undefined;
      readonly records: readonly JournalRecord[];
    },
  ) {
    this.#host = host;
    this.#clock = options.clock;
    this.#file = options.file;
    this.#records = [...options.records];
  }

  /**
   * Reads the journal of a host, as it is: for looking only, so it may be called without the lock.
   * Throws JOURNAL_CORRUPT.
   */
  static async look(host: ProvisionHost, clock: Clock): Promise<Journal> {
    const { file, records } = await JournalFile.read(host.path(places.journal));
    return new Journal(host, { clock, file: records.length === 0 ? undefined : file, records });
  }

  /** Reads the journal to write to it; the caller holds the lock. Clears away what a kill has left of its folder. */
  static async open(host: ProvisionHost, clock: Clock): Promise<Journal> {
    await tidyJournalFolder(host);
    return Journal.look(host, clock);
  }

  /** Runs that still have something to undo or were never finished, oldest first. */
  get runs(): readonly Run[] {
    return runsOf(this.#records).filter((run) => run.undo.size > 0 || run.phase === 'applying');
  }

  /** The run that was killed, if one was. */
  get unfinished(): Run | undefined {
    return this.runs.find((run) => run.phase === 'applying' || run.phase === 'rolling-back');
  }

  /** Begins a run of `plan`; makes the journal when there is none. Returns the run's id. */
  async begin(plan: Plan): Promise<string> {
    if (this.#file === undefined) await this.#create();
    const run = randomUUID();
    await this.append({ type: 'begin', run, at: this.#timestamp(), plan });
    return run;
  }

  /** Says that every step of a run is applied. */
  async finish(run: string): Promise<void> {
    await this.append({ type: 'done', run, at: this.#timestamp() });
  }

  /** Adds a record; it is on disk when this resolves. */
  async append(record: JournalRecord): Promise<void> {
    if (this.#file === undefined) throw new Error('no run has begun: the journal does not exist');
    await this.#file.append(record);
    this.#records.push(record);
  }

  /** Removes file and folder when nothing is left to undo. Returns whether it did. */
  async closeIfEmpty(): Promise<boolean> {
    if (this.runs.some((run) => run.undo.size > 0)) return false;
    if (this.#file !== undefined) {
      const first = this.#records[0];
      const made = first?.type === 'created' && first.stateFolder === 'made';
      await removeJournalFolder(this.#host, made ? 'made' : 'existed');
    }
    this.#file = undefined;
    this.#records = [];
    return true;
  }

  async #create(): Promise<void> {
    await makeJournalFolder(this.#host);
    const { file, records } = await JournalFile.read(this.#host.path(places.journal));
    this.#file = file;
    this.#records = [...records];
  }

  #timestamp(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
