/** Something that is done with the files of a container. */
export interface FileUse {
  /** Aborted when the container is removed. */
  readonly signal: AbortSignal;
  /** Says that it is over. */
  end(): void;
}

/**
 * Who reads or changes the files of a container from outside. Its root must not be mounted a second time meanwhile, so a
 * start waits until nobody does (overlayfs.rst, "Sharing and copying layers"); a removal ends them.
 */
export class FileUses {
  readonly #uses = new Map<AbortController, Promise<void>>();

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#uses.size === 0;
  }

  begin(): FileUse {
    const controller = new AbortController();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#uses.set(controller, promise);
    return {
      signal: controller.signal,
      end: () => {
        this.#uses.delete(controller);
        resolve(undefined);
      },
    };
  }

  /** Resolves when those that there are now have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#uses.values());
  }

  abort(reason: Error): void {
    for (const controller of this.#uses.keys()) controller.abort(reason);
  }
}
