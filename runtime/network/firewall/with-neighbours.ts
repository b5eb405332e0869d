import type { FirewallState } from './firewall.ts';
import type { RuleParts } from './known-rules.ts';
import type { FirewallBackend } from './managed-firewall.ts';

/** Another firewall of the host, which is asked to let berth's bridges through. */
export interface Neighbour {
  /** Lets these bridges through, and no others of berth's. */
  settle(bridges: readonly string[]): Promise<void>;
  /** Lets one more through; `bridges` are all, with it. */
  add(bridge: string, bridges: readonly string[]): Promise<void>;
  remove(bridge: string, bridges: readonly string[]): Promise<void>;
  /** Leaves nothing of berth's there. */
  clear(): Promise<void>;
}

/** A backend, and what other firewalls of the host are asked for when networks come and go. */
export class WithNeighbours implements FirewallBackend {
  readonly #own: FirewallBackend;
  readonly #neighbours: readonly Neighbour[];

  constructor(own: FirewallBackend, neighbours: readonly Neighbour[]) {
    this.#own = own;
    this.#neighbours = neighbours;
  }

  async replace(whole: FirewallState): Promise<void> {
    // First: what makes a firewall load its rules anew may remove others'.
    for (const neighbour of this.#neighbours) await neighbour.settle(bridgesOf(whole));
    await this.#own.replace(whole);
  }

  async change(
    parts: { readonly add: RuleParts; readonly remove: RuleParts },
    whole: () => FirewallState,
  ): Promise<void> {
    const { add, remove } = parts;
    const bridges = add.networks.length + remove.networks.length > 0 ? bridgesOf(whole()) : [];
    // What a neighbour lets through that berth's own rules then do not know is a bridge nobody uses, until the next attempt.
    for (const neighbour of this.#neighbours) {
      for (const { bridge } of add.networks) await neighbour.add(bridge, bridges);
      for (const { bridge } of remove.networks) await neighbour.remove(bridge, bridges);
    }
    await this.#own.change(parts, whole);
  }

  async clear(): Promise<void> {
    for (const neighbour of this.#neighbours) await neighbour.clear();
    await this.#own.clear();
  }
}

function bridgesOf({ networks }: FirewallState): readonly string[] {
  return networks.map(({ bridge }) => bridge);
}
