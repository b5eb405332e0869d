import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { ContentStore } from '../../../runtime/image/content-store.ts';
import { Images } from '../../../runtime/image/images.ts';
import { Registry } from '../../../runtime/registry/registry.ts';
import { SnapshotStore } from '../../../runtime/snapshot/snapshot-store.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { FaultProxy } from '../fault-proxy.ts';
import { startRegistryProcess } from '../registry-process.ts';
import { type ChaosImage, pushChaosImages, treeHash } from './chaos-images.ts';
import { fastClock } from './fast-clock.ts';
import { randomFault } from './random-fault.ts';
import { SeededRandom } from './seeded-random.ts';
import { problemsOfStore } from './store-check.ts';

/** How much is to go wrong. */
export interface ChaosOptions {
  readonly pulls: number;
  readonly faults: number;
  readonly seed: number;
  /** Hears of each pull. */
  readonly say?: (line: string) => void;
}

/** What came of it. */
export interface ChaosOutcome {
  readonly pulls: number;
  readonly faults: number;
  readonly completed: number;
  /** Pulls that failed, by the code of their error. */
  readonly failed: Readonly<Record<string, number>>;
  readonly stopped: number;
  /** Everything that was not as it has to be; empty when all is well. */
  readonly problems: readonly string[];
}

/**
 * Pulls through three sources (two mirrors and the registry itself) whose answers go wrong at random, and looks at the
 * store after each pull. In this process, with clocks that run fast: what takes an engine minutes of waiting is over in
 * seconds, and an error that nobody catches ends the run.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-chaos-'));
  const registry = await startRegistryProcess();
  const proxies = await Promise.all([1, 2, 3].map(() => FaultProxy.start(registry.host)));
  const launcher = await Launcher.start();
  try {
    const images = await pushChaosImages(join(folder, 'made'), registry.host);
    const dataRoot = join(folder, 'data');
    const run = new ChaosRun({ ...options, dataRoot, proxies, launcher, images });
    return await run.run();
  } finally {
    await launcher.stop();
    for (const proxy of proxies) await proxy.stop();
    await registry.stop();
    await rm(folder, { recursive: true });
  }
}

interface ChaosParts extends ChaosOptions {
  readonly dataRoot: string;
  /** In front of the same registry: two mirrors and the registry itself. */
  readonly proxies: readonly FaultProxy[];
  readonly launcher: Launcher;
  readonly images: readonly ChaosImage[];
}

type PullEnd = 'completed' | 'stopped' | { readonly code: string; readonly text: string };

class ChaosRun {
  readonly #parts: ChaosParts;
  readonly #random: SeededRandom;
  readonly #problems: string[] = [];
  readonly #failed: Record<string, number> = {};
  #images!: Images;
  #pulls = 0;
  #completed = 0;
  #stopped = 0;
  #injected = 0;
  /** Faults that may still come during this pull. */
  #left = 0;

  constructor(parts: ChaosParts) {
    this.#parts = parts;
    this.#random = new SeededRandom(parts.seed);
    for (const proxy of parts.proxies) proxy.script = this.#script();
  }

  async run(): Promise<ChaosOutcome> {
    const { pulls, faults } = this.#parts;
    await this.#open();
    while (this.#pulls < pulls || this.#injected < faults) {
      // As many as are due by now, so that pulls with few requests do not leave too many for the end.
      const due = Math.ceil((faults * (this.#pulls + 1)) / pulls);
      this.#left = Math.max(1, due - this.#injected);
      await this.#step();
    }
    return {
      pulls: this.#pulls,
      faults: this.#injected,
      completed: this.#completed,
      failed: this.#failed,
      stopped: this.#stopped,
      problems: this.#problems,
    };
  }

  /** One pull, or two at once; then a look at everything. */
  async #step(): Promise<void> {
    const chosen = [this.#pickImage()];
    if (this.#random.happens(0.25)) chosen.push(this.#pickImage());
    const before = this.#injected;
    const ends = await Promise.all(chosen.map((image) => this.#pull(image)));
    this.#left = 0;
    const problems: string[] = [];
    for (const [i, image] of chosen.entries())
      problems.push(...(await this.#problemsOfPull(image, ends[i])));
    problems.push(...(await problemsOfStore(this.#parts.dataRoot)));
    const line = `pull ${this.#pulls}: ${chosen.map(({ path }) => path).join(' and ')}, ${this.#injected - before} faults: ${ends.map(inWords).join(' and ')}`;
    this.#parts.say?.(line);
    this.#problems.push(...problems.map((problem) => `${line}: ${problem}`));
    await this.#stir();
  }

  #pickImage(): ChaosImage {
    const [first, ...others] = this.#parts.images;
    if (first === undefined) throw new Error('there are no images');
    return this.#random.pick([first, ...others]);
  }

  #nameOf({ path }: ChaosImage): string {
    return `${this.#parts.proxies[2]?.host ?? ''}/${path}`;
  }

  async #pull(image: ChaosImage): Promise<PullEnd> {
    this.#pulls += 1;
    const stop = new AbortController();
    const stopAt = this.#random.happens(0.1) ? this.#random.below(12) : Infinity;
    let events = 0;
    try {
      for await (const event of this.#images.pull(this.#nameOf(image), { signal: stop.signal })) {
        events += event.status === 'done' ? 0 : 1;
        if (events > stopAt) stop.abort(new Error('stopped by the user'));
      }
      return 'completed';
    } catch (error) {
      if (stop.signal.aborted) return 'stopped';
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { code: isBerthError(error) ? error.code : 'none', text };
    }
  }

  async #problemsOfPull(image: ChaosImage, end: PullEnd | undefined): Promise<readonly string[]> {
    if (end === 'stopped') this.#stopped += 1;
    if (end === 'completed') {
      this.#completed += 1;
      const id = await this.#images.resolve(this.#nameOf(image));
      const { lower } = await this.#images.rootfsFor(id);
      const trees = lower.map(treeHash).sort();
      return trees.join() === image.trees.join() ? [] : [`${image.path} is unpacked wrongly`];
    }
    if (typeof end !== 'object') return [];
    this.#failed[end.code] = (this.#failed[end.code] ?? 0) + 1;
    // A failure has to be an error of the registry's area: anything else is a fault of berth.
    return /^(REGISTRY|MANIFEST|BLOB_UNKNOWN)/.test(end.code) ? [] : [`fails with ${end.text}`];
  }

  /** What happens between two pulls: images go, and the engine is started anew. */
  async #stir(): Promise<void> {
    if (this.#random.happens(0.75)) {
      const names = (await this.#images.list()).flatMap(({ repoTags }) => repoTags);
      for (const name of names) await this.#images.remove(name, { force: 'always', users: [] });
    }
    if (this.#random.happens(0.2)) await this.#open();
  }

  /** Opens the store as a new daemon does, with none, one or two mirrors. */
  async #open(): Promise<void> {
    const { dataRoot, launcher, proxies } = this.#parts;
    const [first, second, origin] = proxies.map(({ host }) => host);
    const mirrors = [first, second]
      .slice(0, this.#random.below(3))
      .map((host) => `http://${host ?? ''}`);
    const config = {
      registryMirrorsFor: { [origin ?? '']: mirrors },
      certificateFolders: [],
      probeTimeoutMs: 250,
      headTimeoutMs: 250,
      idleTimeoutMs: 250,
    };
    const random = (): number => this.#random.next();
    const source = new Registry(config, { clock: fastClock(20), random });
    const stacks = await SnapshotStore.open({ dataRoot, runner: launcher });
    const store = await ContentStore.open(join(dataRoot, 'images'));
    this.#images = new Images({ store, stacks, source });
    await this.#images.collectGarbage();
  }

  #script(): FaultProxy['script'] {
    const isDue = (probability: number): boolean => {
      if (this.#left === 0 || !this.#random.happens(probability)) return false;
      this.#left -= 1;
      this.#injected += 1;
      return true;
    };
    return {
      connection: () => (isDue(0.1) ? this.#random.pick(['reset', 'stall']) : 'serve'),
      request: () => (isDue(0.45) ? randomFault(this.#random) : undefined),
    };
  }
}

function inWords(end: PullEnd): string {
  return typeof end === 'object' ? `failed (${end.code})` : end;
}
