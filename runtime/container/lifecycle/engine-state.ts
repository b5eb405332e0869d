import type { ContainerAction, ContainerEvent } from '../events/container-event.ts';
import { Listeners } from '../../concurrency/listeners.ts';
import { ExecStore } from '../exec/exec-store.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import type { ContainerPorts } from '../ports.ts';
import { ownCapabilities } from '../spec/capability-set.ts';
import { LayerFiles } from '../spec/layer-files.ts';
import { ContainerIndex } from '../store/container-index.ts';
import { folderOf } from '../store/container-paths.ts';
import type { ContainerFolder } from '../store/container-paths.ts';
import { RecordStore } from '../store/record-store.ts';
import { usersOf } from '../volumes/volume-users.ts';
import { Volumes } from '../volumes/volumes.ts';
import { Restarts } from '../restart/restarts.ts';
import type { StartKind } from '../restart/restarts.ts';
import type { Container } from './container.ts';

/** Starts a container that nobody has asked for, within its queue; what goes wrong is reported. */
export type StartAgain = (
  state: EngineState,
  container: Container,
  kind: StartKind,
) => Promise<void>;

/** What berthd has done by itself since it started. */
export interface EngineCounts {
  healthChecks: number;
  failedHealthChecks: number;
  /** Starts by restart policies. */
  restarts: number;
}

/** What the operations on containers share. */
export class EngineState {
  readonly ports: ContainerPorts;
  readonly index: ContainerIndex;
  readonly volumes: Volumes;
  readonly records: RecordStore;
  readonly execs = new ExecStore();
  /** What is known of files in the layers of images. */
  readonly layerFiles: LayerFiles;
  readonly events = new Listeners<ContainerEvent>();
  readonly counts: EngineCounts = { healthChecks: 0, failedHealthChecks: 0, restarts: 0 };

  /** Capabilities that berthd has itself, and can give on to containers. */
  readonly capabilities: readonly string[];

  readonly #folders = new WeakMap<{ readonly id: string }, ContainerFolder>();

  /** berthd goes down: nothing is begun any more, whether somebody asks for it or not. */
  closed = false;
  /** The health checks that go on. */
  readonly healthChecks = new Set<AbortController>();
  /** Containers that wait to be started again. */
  readonly restarts: Restarts;

  private constructor(
    ports: ContainerPorts,
    parts: Pick<EngineState, 'index' | 'volumes' | 'capabilities'> & {
      readonly startAgain: StartAgain;
    },
  ) {
    this.ports = ports;
    this.layerFiles = new LayerFiles(ports.isOpaque);
    this.index = parts.index;
    this.volumes = parts.volumes;
    this.capabilities = parts.capabilities;
    const start = (container: Container, kind: StartKind): Promise<void> =>
      parts.startAgain(this, container, kind);
    this.restarts = new Restarts({
      clock: ports.clock,
      start,
      before: ({ record }) =>
        (record.links ?? []).flatMap(({ container }) => this.index.findIfThere(container) ?? []),
    });
    this.records = new RecordStore(ports.paths);
  }

  /**
   * Looks at what berthd itself may do. No container is known yet.
   *
   * @param startAgain starts a container for its policy
   */
  static async open(ports: ContainerPorts, startAgain: StartAgain): Promise<EngineState> {
    const index = new ContainerIndex();
    const [volumes, capabilities] = await Promise.all([
      Volumes.open({
        folder: ports.paths.volumesFolder,
        files: ports.volumeFiles,
        clock: ports.clock,
        report: ports.report,
        usersOf: (name) => usersOf(index, name),
      }),
      ownCapabilities(),
    ]);
    return new EngineState(ports, { index, volumes, capabilities, startAgain });
  }

  /** The paths of a container. */
  folder(container: { readonly id: string }): ContainerFolder {
    const known = this.#folders.get(container);
    if (known) return known;
    const folder = folderOf(this.ports.paths, container.id);
    this.#folders.set(container, folder);
    return folder;
  }

  /**
   * Lets a container's new record count even when it cannot be written, for what has happened anyway. Returns whether it
   * was written; if not, that is reported.
   */
  async saveIfPossible(container: Container, record: ContainerRecord): Promise<boolean> {
    try {
      await this.save(container, record);
      return true;
    } catch (problem) {
      this.ports.report(problem);
      container.record = record;
      return false;
    }
  }

  /** Writes a container's new record, then lets it count. */
  async save(container: Container, record: ContainerRecord): Promise<void> {
    await this.records.save(record);
    container.record = record;
  }

  /** Tells those who listen for events. */
  announce(
    container: Container,
    action: ContainerAction,
    attributes: Readonly<Record<string, string>> = {},
  ): void {
    const { id, record } = container;
    this.events.emit({
      action,
      containerId: id,
      name: record.name,
      image: record.config.Image,
      labels: record.config.Labels ?? {},
      attributes,
      timeMs: this.ports.clock.now(),
    });
  }
}
