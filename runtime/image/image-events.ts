import type { ImageConfig } from './image-config.ts';
import type { ImageId } from './image-model.ts';
import { familiarName, familiarRepository } from './reference.ts';
import type { Reference } from './reference.ts';

/** What happens to images, in the words of `docker events`. */
export type ImageAction =
  'create' | 'delete' | 'import' | 'load' | 'prune' | 'pull' | 'push' | 'save' | 'tag' | 'untag';

/** One thing that happened to one image. */
export interface ImageEvent {
  readonly action: ImageAction;
  /** Its id, or its name when it was pulled or pushed; empty for `prune`. */
  readonly subject: string;
  /** Labels of the image, when it is known; Docker has them among the attributes. */
  readonly labels: Readonly<Record<string, string>>;
  /** Such as `name`, or `reclaimed` for `prune`. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Of an image, what events tell. */
interface Subject {
  readonly id: ImageId;
  readonly config: Pick<ImageConfig, 'config'>;
}

/** Tells those who want to hear of it what happens to images. */
export class ImageEvents {
  readonly #listeners = new Set<(event: ImageEvent) => void>();

  /** Adds a listener, which must not throw. Returns what removes it again. */
  listen(listener: (event: ImageEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Tells of something that happened to an image here. @param name as Docker gives it; the id when left out */
  tell(
    action: Exclude<ImageAction, 'prune' | 'pull' | 'push'>,
    image: Subject,
    name: string = image.id,
  ): void {
    this.#emit({ action, subject: image.id, labels: labelsOf(image), attributes: { name } });
  }

  /** Tells of an image that came or went under a name. */
  tellTransfer(action: 'pull' | 'push', image: Subject, reference: Reference): void {
    const attributes = { name: familiarRepository(reference) };
    this.#emit({ action, subject: familiarName(reference), labels: labelsOf(image), attributes });
  }

  /** Tells of a prune that has ended. */
  tellPrune(reclaimedBytes: number): void {
    const attributes = { reclaimed: String(reclaimedBytes) };
    this.#emit({ action: 'prune', subject: '', labels: {}, attributes });
  }

  #emit(event: ImageEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function labelsOf({ config }: Subject): Readonly<Record<string, string>> {
  return config.config?.Labels ?? {};
}
