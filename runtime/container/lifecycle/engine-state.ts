import type { ContainerAction, ContainerEvent } from '../events/container-event.ts';
import { Listeners } from '../events/listeners.ts';
import { ExecStore } from '../exec/exec-store.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import type { ContainerPorts } from '../ports.ts';
import { ownCapabilities } from '../spec/capability-set.ts';
import { ContainerIndex } from '../store/container-index.ts';
import { folderOf } from '../store/container-paths.ts';
import type { ContainerFolder } from '../store/container-paths.ts';
import { RecordStore } from '../store/record-store.ts';
import type { Container } from './container.ts';

/** What the operations on containers share. */
export class EngineState {
  readonly ports: ContainerPorts;
  readonly index = new ContainerIndex();
  readonly records: RecordStore;
  readonly execs = new ExecStore();
  readonly events = new Listeners<ContainerEvent>();

  /** Capabilities that berthd has itself, and can give on to containers. */
  readonly capabilities: readonly string[];

  private constructor(ports: ContainerPorts, capabilities: readonly string[]) {
    this.ports = ports;
    this.capabilities = capabilities;
    this.records = new RecordStore(ports.paths);
  }

  /** Looks at what berthd itself may do. No container is known yet. */
  static async open(ports: ContainerPorts): Promise<EngineState> {
    return new EngineState(ports, await ownCapabilities());
  }

  /** The paths of a container. */
  folder(container: { readonly id: string }): ContainerFolder {
    return folderOf(this.ports.paths, container.id);
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
