import { BerthError } from '../../errors/berth-error.ts';
import type { Container } from '../lifecycle/container.ts';
import { isContainerId } from '../model/container-id.ts';

/** A name kept for a container that is being created or renamed. */
export interface NameReservation {
  release(): void;
}

/** All containers by id and by name. */
export class ContainerIndex {
  readonly #byId = new Map<string, Container>();
  readonly #idByName = new Map<string, string>();

  /** Adds a container whose name is reserved for it, or was read from disk. */
  add(container: Container): void {
    this.#byId.set(container.id, container);
    this.#idByName.set(container.record.name, container.id);
  }

  /** Forgets a container and frees its name. */
  remove(container: Container): void {
    this.#byId.delete(container.id);
    this.releaseName(container.record.name, container.id);
  }

  /** Frees a name that a container no longer has. */
  releaseName(name: string, id: string): void {
    if (this.#idByName.get(name) === id) this.#idByName.delete(name);
  }

  /** Whether a container is still here. */
  has(container: Container): boolean {
    return this.#byId.get(container.id) === container;
  }

  /** All containers, in the order in which they were added. */
  all(): readonly Container[] {
    return [...this.#byId.values()];
  }

  /** Whether a name is free. */
  isFree(name: string): boolean {
    return !this.#idByName.has(name);
  }

  /**
   * Keeps `name` for the container `id`. Release it when it is not used after all.
   *
   * @throws CONTAINER_NAME_IN_USE
   */
  reserve(name: string, id: string): NameReservation {
    const owner = this.#idByName.get(name);
    if (owner !== undefined) {
      throw new BerthError('CONTAINER_NAME_IN_USE', {
        message: `Conflict. The container name "/${name}" is already in use by container "${owner}". You have to remove (or rename) that container to be able to reuse that name.`,
        remedy: `Remove or rename the container, or choose another name.`,
        details: { name, owner },
      });
    }
    this.#idByName.set(name, id);
    return {
      release: () => {
        this.releaseName(name, id);
      },
    };
  }

  /**
   * Finds a container as Docker does: by full id, by name, by a prefix of the id that only one has.
   *
   * @throws CONTAINER_NOT_FOUND, CONTAINER_ID_AMBIGUOUS
   */
  find(nameOrId: string): Container {
    const found =
      this.#byId.get(nameOrId) ??
      this.#byName(nameOrId) ??
      this.#byId.get(this.findLink(nameOrId)?.container ?? '') ??
      this.#byPrefix(nameOrId);
    if (found !== undefined) return found;
    throw new BerthError('CONTAINER_NOT_FOUND', {
      message: `No such container: ${nameOrId}`,
      remedy: 'List the containers with "docker ps -a" or "berth ps -a".',
      details: { container: nameOrId },
    });
  }

  /** The same; `undefined` when there is none, or there are several. */
  findIfThere(nameOrId: string): Container | undefined {
    try {
      return this.find(nameOrId);
    } catch {
      return undefined;
    }
  }

  /** The link that `PARENT/ALIAS` names, as Docker's linked containers have such names. */
  findLink(
    name: string,
  ):
    { readonly parent: Container; readonly alias: string; readonly container: string } | undefined {
    const [, parentName = '', alias = ''] = /^\/?([^/]+)\/([^/]+)$/.exec(name) ?? [];
    const parent = this.#byName(parentName);
    const link = parent?.record.links?.find((one) => one.alias === alias);
    return parent && link && { parent, ...link };
  }

  /** The container whose id begins with `prefix`, when there is exactly one. */
  onlyWithPrefix(prefix: string): Container | undefined {
    const ids = this.#idsWithPrefix(prefix);
    return ids.length === 1 && ids[0] !== undefined ? this.#byId.get(ids[0]) : undefined;
  }

  #byName(nameOrId: string): Container | undefined {
    const name = nameOrId.startsWith('/') ? nameOrId.slice(1) : nameOrId;
    const id = this.#idByName.get(name);
    return id === undefined ? undefined : this.#byId.get(id);
  }

  #byPrefix(prefix: string): Container | undefined {
    const ids = this.#idsWithPrefix(prefix);
    if (ids.length <= 1) return this.onlyWithPrefix(prefix);
    throw new BerthError('CONTAINER_ID_AMBIGUOUS', {
      message: `multiple IDs found with provided prefix: ${prefix}`,
      remedy: 'Give more digits of the id.',
      details: { prefix, ids },
    });
  }

  #idsWithPrefix(prefix: string): readonly string[] {
    if (isContainerId(prefix) || !/^[0-9a-f]+$/.test(prefix)) {
      return this.#byId.has(prefix) ? [prefix] : [];
    }
    return [...this.#byId.keys()].filter((id) => id.startsWith(prefix));
  }
}
