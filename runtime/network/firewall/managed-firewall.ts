import { SerialQueue } from '../../concurrency/serial-queue.ts';
import type {
  Firewall,
  FirewallLink,
  FirewallNetwork,
  FirewallState,
  PublishedPort,
} from './firewall.ts';
import { KnownRules, noParts, type RuleParts } from './known-rules.ts';

/** What rules are made by. */
export interface FirewallBackend {
  /** Makes the rules exactly these. */
  replace(whole: FirewallState): Promise<void>;
  /** Adds some and removes some, all or nothing; `whole` gives what there is then. */
  change(
    parts: { readonly add: RuleParts; readonly remove: RuleParts },
    whole: () => FirewallState,
  ): Promise<void>;
  /** Removes everything. */
  clear(): Promise<void>;
}

/** A firewall that remembers what it has been told, and does one thing after another. */
export class ManagedFirewall implements Firewall {
  readonly #backend: FirewallBackend;
  readonly #known = new KnownRules();
  readonly #queue = new SerialQueue();
  /** Whether the host has what is known here: until then it may have rules of a berthd that had other networks. */
  #isReplaced = false;

  constructor(backend: FirewallBackend) {
    this.#backend = backend;
  }

  restore(state: FirewallState): Promise<void> {
    return this.#queue.run(async () => {
      const before = this.#known.state;
      try {
        this.#known.clear();
        this.#known.add(state);
        await this.#backend.replace(this.#known.state);
        this.#isReplaced = true;
      } catch (error) {
        this.#known.clear();
        this.#known.add(before);
        throw error;
      }
    });
  }

  /** Makes all that it knows anew: another firewall of the host has loaded its own rules. Nothing where nobody needs any. */
  makeAnew(): Promise<void> {
    return this.#queue.run(async () => {
      if (!isEmpty(this.#known.state)) await this.#backend.replace(this.#known.state);
    });
  }

  addNetwork(network: FirewallNetwork): Promise<void> {
    return this.#add({ ...noParts, networks: [network] });
  }

  removeNetwork(id: string): Promise<void> {
    return this.#queue.run(async () => {
      const network = this.#known.network(id);
      if (network !== undefined) await this.#removeNow({ ...noParts, networks: [network] });
    });
  }

  publish(ports: readonly PublishedPort[]): Promise<void> {
    return this.#add({ ...noParts, ports });
  }

  unpublish(ports: readonly PublishedPort[]): Promise<void> {
    return this.#remove({ ...noParts, ports });
  }

  link(links: readonly FirewallLink[]): Promise<void> {
    return this.#add({ ...noParts, links });
  }

  unlink(links: readonly FirewallLink[]): Promise<void> {
    return this.#remove({ ...noParts, links });
  }

  remove(): Promise<void> {
    return this.#queue.run(async () => {
      await this.#backend.clear();
      this.#isReplaced = false;
      this.#known.clear();
    });
  }

  #add(parts: RuleParts): Promise<void> {
    return this.#queue.run(async () => {
      const add = this.#known.add(parts);
      if (isEmpty(add)) return;
      try {
        if (this.#isReplaced)
          await this.#backend.change({ add, remove: noParts }, () => this.#known.state);
        else await this.#backend.replace(this.#known.state);
        this.#isReplaced = true;
      } catch (error) {
        this.#known.remove(add);
        throw error;
      }
    });
  }

  #remove(parts: RuleParts): Promise<void> {
    return this.#queue.run(() => this.#removeNow(parts));
  }

  async #removeNow(parts: RuleParts): Promise<void> {
    const remove = this.#known.remove(parts);
    if (isEmpty(remove)) return;
    try {
      await this.#backend.change({ add: noParts, remove }, () => this.#known.state);
    } catch (error) {
      this.#known.add(remove);
      throw error;
    }
  }
}

function isEmpty({ networks, ports, links }: RuleParts): boolean {
  return networks.length + ports.length + links.length === 0;
}
