import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { chmod, readdir } from '../../host/files.ts';
import type { Clock } from '../../host/clock.ts';
import { Listeners } from '../../concurrency/listeners.ts';
import type { VolumeEvent } from '../events/volume-event.ts';
import { SerialQueue } from '../../concurrency/serial-queue.ts';
import { randomId } from '../../host/random-id.ts';
import { type Filters, matchesLabels } from '../query/filters.ts';
import type { VolumeFiles } from './volume-files.ts';
import { volumeMount } from './volume-options.ts';
import { parseVolumeName } from './volume-name.ts';
import { VolumeStore } from './volume-store.ts';
import { anonymousLabel, isAnonymous, type Volume } from './volume.ts';

/** What a client wants a volume to be. */
export interface VolumeRequest {
  /** Empty: berth makes a name up. */
  readonly name: string;
  readonly driver: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  /** The container that a nameless one is for. */
  readonly owner?: string | undefined;
}

interface NamedRequest extends VolumeRequest {
  readonly isNameless: boolean;
}

function withName(request: VolumeRequest): NamedRequest {
  const isNameless = request.name === '';
  return { ...request, isNameless, name: isNameless ? randomId() : request.name };
}

/** A volume that a container in the making is to have. */
export interface Taken {
  readonly volume: Volume;
  /** Whether it was not there before. */
  readonly isNew: boolean;
}

/** What it takes to keep volumes. */
export interface VolumePorts {
  readonly folder: string;
  readonly files: VolumeFiles;
  readonly clock: Clock;
  readonly report: (problem: unknown) => void;
  /** Ids of the containers that have a volume mounted, or would when they run. */
  readonly usersOf: (name: string) => readonly string[];
}

/** The volumes of a host. What is done to one goes one after the other. */
export class Volumes {
  readonly events = new Listeners<VolumeEvent>();
  readonly #ports: VolumePorts;
  readonly #store: VolumeStore;
  readonly #queues = new Map<string, SerialQueue>();
  /** Those that containers in the making are to have, and how many of them: they are not removed meanwhile. */
  readonly #held = new Map<string, number>();

  #isPruning = false;

  private constructor(ports: VolumePorts, store: VolumeStore) {
    this.#ports = ports;
    this.#store = store;
  }

  /** Finds the volumes that are there. */
  static async open(ports: VolumePorts): Promise<Volumes> {
    return new Volumes(ports, await VolumeStore.open(ports.folder, ports.report));
  }

  /** All, by name. */
  all(): readonly Volume[] {
    return this.#store.all();
  }

  /** @throws VOLUME_NOT_FOUND */
  get(name: string): Volume {
    return this.#store.get(name);
  }

  /** What a container sees of a volume, on the host. */
  dataPath(name: string): string {
    return this.#store.dataPath(name);
  }

  /** Ids of the containers that have a volume. */
  usersOf(name: string): readonly string[] {
    return this.#ports.usersOf(name);
  }

  /**
   * Makes a volume; one of that name that is there already is the answer as it is, as in Docker.
   * @throws VOLUME_NAME_INVALID, VOLUME_DRIVER_UNKNOWN, VOLUME_OPTION_INVALID, UNSUPPORTED_FIELD
   */
  create(request: VolumeRequest): Promise<Volume> {
    const named = withName(request);
    return this.#run(named.name, async () => (await this.#make(named)).volume);
  }

  /**
   * As `create`, for a container in the making: until `release` nobody removes it.
   */
  take(request: VolumeRequest): Promise<Taken> {
    const named = withName(request);
    const { name } = named;
    return this.#run(name, async () => {
      const made = await this.#make(named);
      this.#held.set(name, (this.#held.get(name) ?? 0) + 1);
      return made;
    });
  }

  /** The container that took a volume is there now, or never will be. */
  release(name: string): void {
    const count = (this.#held.get(name) ?? 0) - 1;
    if (count > 0) this.#held.set(name, count);
    else this.#held.delete(name);
  }

  /** @throws VOLUME_NOT_FOUND, VOLUME_IN_USE */
  remove(name: string): Promise<void> {
    return this.#run(name, async () => {
      this.#store.get(name);
      const users = this.#ports.usersOf(name);
      if (users.length > 0 || this.#held.has(name)) throw inUse(name, users);
      await this.#remove(name);
    });
  }

  /**
   * Removes the volumes that no container has: the nameless ones, or with the filter `all` all. Those with options of the driver
   * stay, as what is in them is elsewhere, and nothing would be reclaimed.
   * @throws VOLUME_PRUNE_RUNNING
   * @returns names, and the bytes that were in them
   */
  async prune(
    filters: Filters,
    bytesOf: (volume: Volume) => Promise<number>,
  ): Promise<{ readonly removed: readonly string[]; readonly bytes: number }> {
    if (this.#isPruning) throw pruneRunning();
    this.#isPruning = true;
    try {
      const pruned = await this.#prune(filters, bytesOf);
      this.events.emit({
        ...{ action: 'prune', name: '', timeMs: this.#ports.clock.now() },
        attributes: { reclaimed: String(pruned.bytes) },
      });
      return pruned;
    } finally {
      this.#isPruning = false;
    }
  }

  async #prune(
    filters: Filters,
    bytesOf: (volume: Volume) => Promise<number>,
  ): Promise<{ readonly removed: readonly string[]; readonly bytes: number }> {
    const unused = this.all().filter(
      (volume) => isPrunable(volume, filters) && this.#ports.usersOf(volume.name).length === 0,
    );
    const removed: string[] = [];
    let bytes = 0;
    for (const volume of unused) {
      const size = await bytesOf(volume);
      try {
        await this.remove(volume.name);
      } catch (error) {
        // Somebody has begun to use it, or has removed it.
        if (error instanceof BerthError) continue;
        throw error;
      }
      removed.push(volume.name);
      bytes += size;
    }
    return { removed, bytes };
  }

  /** Puts what an image has at a path into a volume that is empty. @throws SYSCALL_FAILED */
  copyUp(
    name: string,
    content: {
      readonly layers: readonly string[];
      readonly path: string;
      readonly subpath: string;
    },
  ): Promise<void> {
    return this.#run(name, async () => {
      const target = this.dataPath(name);
      await this.#mount(this.#store.get(name));
      if (content.subpath === '' && (await readdir(target)).length > 0) return;
      await this.#ports.files.copyUp({ ...content, target });
      // A container that was made is never without it: after a power cut nobody would put it there.
      if ((await readdir(target)).length > 0) await this.#ports.files.sync(target);
    });
  }

  /** Makes a volume ready for a container that is about to start. @throws VOLUME_NOT_FOUND, VOLUME_MOUNT_FAILED */
  mount(name: string): Promise<void> {
    return this.#run(name, () => this.#mount(this.#store.get(name)));
  }

  /** Takes a volume's file system away when no container uses it any more. */
  unmount(name: string, isUsed: () => boolean): Promise<void> {
    return this.#run(name, async () => {
      const volume = this.#store.find(name);
      if (!volume || isUsed() || this.#held.has(name)) return;
      await this.#unmount(volume);
    });
  }

  /** The container that a nameless volume was for has been removed, and leaves it behind. */
  disown(name: string): Promise<void> {
    return this.#run(name, async () => {
      const volume = this.#store.find(name);
      if (volume?.owner === undefined) return;
      await this.#store.change({ ...volume, owner: undefined });
    });
  }

  /** Tells those who listen. */
  announce(
    action: VolumeEvent['action'],
    name: string,
    attributes: Readonly<Record<string, string>> = {},
  ): void {
    const timeMs = this.#ports.clock.now();
    this.events.emit({ action, name, attributes: { driver: 'local', ...attributes }, timeMs });
  }

  /** Tasks of one volume, one after the other. */
  #run<Result>(name: string, task: () => Promise<Result>): Promise<Result> {
    const queue = this.#queues.get(name) ?? new SerialQueue();
    this.#queues.set(name, queue);
    return queue.run(task).finally(() => {
      if (queue.isIdle) this.#queues.delete(name);
    });
  }

  async #make({ name, isNameless, driver, labels, options, owner }: NamedRequest): Promise<Taken> {
    refuseDriver(name, driver);
    const known = this.#store.find(name);
    if (known) return { volume: known, isNew: false };
    const volume: Volume = {
      version: 1,
      name: parseVolumeName(name),
      createdMs: this.#ports.clock.now(),
      labels: isNameless ? { ...labels, [anonymousLabel]: '' } : labels,
      options,
      ...(isNameless && owner !== undefined ? { owner } : {}),
    };
    volumeMount(name, options);
    await this.#store.add(volume);
    await chmod(this.dataPath(volume.name), 0o755);
    this.announce('create', volume.name);
    return { volume, isNew: true };
  }

  async #remove(name: string): Promise<void> {
    await this.#unmount(this.#store.get(name));
    await this.#store.remove(name);
    this.announce('destroy', name);
  }

  async #mount({ name, options }: Volume): Promise<void> {
    const wanted = volumeMount(name, options);
    const target = this.dataPath(name);
    if (!wanted || (await this.#ports.files.isMounted(target))) return;
    try {
      await this.#ports.files.mount(wanted, target);
    } catch (cause) {
      throw new BerthError('VOLUME_MOUNT_FAILED', {
        message: `failed to mount local volume: mount ${wanted.device}:${target}, type: ${wanted.type}: ${messageOf(cause)}`,
        remedy: 'See whether "mount" does it with the same type, device and options.',
        details: { volume: name, ...wanted },
        cause,
      });
    }
  }

  async #unmount({ name, options }: Volume): Promise<void> {
    // Without a look first: what a removal takes for the volume's own must not be the host's.
    if (volumeMount(name, options)) await this.#ports.files.unmount(this.dataPath(name));
  }
}

function refuseDriver(name: string, driver: string): void {
  if (driver === '' || driver === 'local') return;
  throw new BerthError('VOLUME_DRIVER_UNKNOWN', {
    message: `create ${name}: error looking up volume plugin ${driver}: plugin "${driver}" not found`,
    remedy: 'Use the driver "local": berth has no plugins.',
    details: { volume: name, driver },
  });
}

function inUse(name: string, users: readonly string[]): BerthError {
  return new BerthError('VOLUME_IN_USE', {
    message: `remove ${name}: volume is in use - [${users.join(', ')}]`,
    remedy: 'Remove those containers first.',
    details: { volume: name, containers: users },
  });
}

function pruneRunning(): BerthError {
  return new BerthError('VOLUME_PRUNE_RUNNING', {
    message: 'a prune operation is already running',
    remedy: 'Wait for it.',
  });
}

function isPrunable(volume: Volume, filters: Filters): boolean {
  const all = filters.get('all')?.some((value) => ['1', 'true'].includes(value)) ?? false;
  const unwanted = filters.get('label!') ?? [];
  return (
    (all || isAnonymous(volume)) &&
    Object.keys(volume.options).length === 0 &&
    matchesLabels(filters.get('label') ?? [], volume.labels) &&
    !(unwanted.length > 0 && matchesLabels(unwanted, volume.labels))
  );
}
