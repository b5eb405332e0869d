import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { card } from './mark.ts';
import type { World } from './world.ts';

/** What `run/networks/CONTAINER.json` says, of it what is looked at. */
interface Sandbox {
  readonly namespace: string;
  readonly endpoints: readonly { readonly networkName: string; readonly portName: string }[];
}

/** So many namespaces are made before somebody wants them. */
const wantedReady = 4;

/** Interfaces that are always there, and the default bridge, which stays when somebody has wanted it. */
const always: readonly string[] = ['lo', 'berth0', card.name, card.farEnd];

/** The default bridge stays when nobody is connected any more, with its rules. */
const ofDefaultBridge = /"berth0"|"172\.17\.0\.0"|"fd00:b::"/;

/** What a host has of networks at a moment. */
export class NetworkRemains {
  readonly #world: World;
  readonly #sandboxes: readonly Sandbox[];
  /** Namespaces that nobody has; names of files. */
  readonly #spare: ReadonlySet<string>;

  constructor(world: World) {
    this.#world = world;
    const { root } = world.berthd;
    const folder = join(root, 'run/networks');
    this.#sandboxes = namesIn(folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => readSandbox(join(folder, name)) ?? []);
    const used = new Set(this.#sandboxes.map(({ namespace }) => basename(namespace)));
    const spare = namesIn(join(root, 'run/netns')).filter((name) => !used.has(name));
    this.#spare = new Set(spare.length > wantedReady ? [] : spare);
  }

  /** Whether a path, perhaps with more behind it, is that of a namespace that is kept for who comes next. */
  isSpare(path: string): boolean {
    const [, name] = /run\/netns\/([0-9a-f]{12})(?: |$)/.exec(path) ?? [];
    return name !== undefined && this.#spare.has(name);
  }

  /** Interfaces of the host, and what containers lack of theirs. */
  interfaces(): readonly string[] {
    const found = this.#interfaces;
    const ports = new Map(
      this.#sandboxes.flatMap(({ endpoints }) =>
        endpoints.map(({ portName, networkName }) => [portName, networkName] as const),
      ),
    );
    return [
      ...found
        .filter((name) => !always.includes(name))
        .map((name) => `interface ${name} ${ports.get(name) ?? 'of nobody'}`),
      ...[...ports]
        .filter(([name]) => name !== '' && !found.includes(name))
        .map(([name, network]) => `interface ${name} ${network} is missing`),
    ];
  }

  get #interfaces(): readonly string[] {
    const table = this.#world.host.read('net/dev');
    return [...table.matchAll(/^ *([^:\n]+):/gm)].map(([, name = '']) => name);
  }

  /** What the firewall has been told. It takes its time. */
  rules(): readonly string[] {
    // Without a bridge there were never rules.
    if (!this.#interfaces.some((name) => name === 'berth0' || name.startsWith('br-'))) return [];
    const text = this.#world.host.execute('nft', '--json', 'list', 'ruleset');
    const { nftables } = JSON.parse(text) as { readonly nftables: readonly NftItem[] };
    return nftables.flatMap(({ table, set, map }) => {
      if (table !== undefined)
        return table.name === 'berth' ? [] : [`rules ${table.family} ${table.name}`];
      const { family, name, elem = [] } = set ?? map ?? { family: '', name: '' };
      return elem
        .map((element) => JSON.stringify(element))
        .filter((element) => !ofDefaultBridge.test(element))
        .map((element) => `rules ${family} ${name} ${element}`);
    });
  }
}

/** Of libnftables-json(5). */
interface NftItem {
  readonly table?: { readonly family: string; readonly name: string };
  readonly set?: NftSet;
  readonly map?: NftSet;
}

interface NftSet {
  readonly family: string;
  readonly name: string;
  readonly elem?: readonly unknown[];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readSandbox(path: string): Sandbox | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Sandbox;
  } catch {
    // It is going, or is no sandbox: the next berthd says so.
    return undefined;
  }
}
