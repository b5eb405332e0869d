import type { ContainerEvents } from '../../container/engine.ts';
import type { Clock } from '../../host/clock.ts';
import type { ImageService } from '../../image/image-service.ts';
import { containerMessage, imageMessage, networkMessage, volumeMessage } from './event-message.ts';
import type { EventMessage } from './event-message.ts';

/** As many as Docker keeps; in memory only. */
const keptEvents = 256;

/** The last events, and all that are to come, for those who listen. */
export class EventLog {
  readonly #past: EventMessage[] = [];
  readonly #listeners = new Set<(message: EventMessage) => void>();

  /** Keeps what happens to containers, their volumes and networks from now on. */
  readonly followContainers = (containers: ContainerEvents): void => {
    containers.onEvent((event) => {
      this.publish(containerMessage(event));
    });
    containers.volumes.events.add((event) => {
      this.publish(volumeMessage(event));
    });
    containers.networks.events.add((event) => {
      this.publish(networkMessage(event));
    });
  };

  /** Keeps what happens to images from now on. */
  followImages(images: Pick<ImageService, 'onEvent'>, clock: Clock): void {
    images.onEvent((event) => {
      this.publish(imageMessage(event, clock.now()));
    });
  }

  /** Those that are kept, oldest first. */
  get past(): readonly EventMessage[] {
    return this.#past;
  }

  /** How many are listening. */
  get listenerCount(): number {
    return this.#listeners.size;
  }

  publish(message: EventMessage): void {
    this.#past.push(message);
    if (this.#past.length > keptEvents) this.#past.shift();
    for (const listener of [...this.#listeners]) listener(message);
  }

  /** Adds a listener, which must not throw. Returns what removes it again. */
  listen(listener: (message: EventMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
