import { isBerthError } from '../../../errors/berth-error.ts';
import { NETLINK_NETFILTER } from '../../netlink/constants.ts';
import { NetlinkSocket } from '../../netlink/netlink-socket.ts';
import {
  applyBridgeSettings,
  type ProgramPlace,
  runSteps,
  setBridges,
} from '../bridge-settings.ts';
import { type DirectAccess, type Family, type Unrouted, unroutedOf } from '../family-rules.ts';
import type { FirewallNetwork, FirewallState } from '../firewall.ts';
import { type HostTools, must } from '../host-tools.ts';
import type { RuleParts } from '../known-rules.ts';
import type { FirewallBackend } from '../managed-firewall.ts';
import type { Element } from './element.ts';
import { ElementLedger } from './element-ledger.ts';
import { elementRequests } from './element-message.ts';
import { linkElement, networkElements, portElements } from './rule-elements.ts';
import { removalText, rulesetText } from './ruleset.ts';

/** Where and how the rules are made. */
export interface NftOptions extends ProgramPlace {
  readonly tools: HostTools;
  readonly families: readonly Family[];
  readonly directAccess: DirectAccess;
  readonly unrouted?: (() => Unrouted) | undefined;
}

/**
 * Rules of nf_tables, in tables of berth's own. nft(8) makes the rules, whose number never changes; networks and ports are
 * elements of their sets, which go to the kernel without nft(8): that would read all others first.
 */
export class NftBackend implements FirewallBackend {
  readonly #options: NftOptions;
  #ledger = new ElementLedger();
  #networks = new Map<string, FirewallNetwork>();

  constructor(options: NftOptions) {
    this.#options = options;
  }

  async replace(whole: FirewallState): Promise<void> {
    const { tools, families, directAccess, unrouted } = this.#options;
    const networks = new Map(whole.networks.map((network) => [network.id, network]));
    const ledger = new ElementLedger();
    const elements = ledger.add(this.#elementsOf(whole, networks));
    await applyBridgeSettings(whole.networks, this.#options);
    const text = families.map((family) =>
      rulesetText([family], { elements, directAccess, unrouted: unroutedOf(unrouted, family) }),
    );
    await must(tools, ['nft', '-f', '-'], text.join(''));
    this.#ledger = ledger;
    this.#networks = networks;
  }

  async change(
    { add, remove }: { readonly add: RuleParts; readonly remove: RuleParts },
    whole: () => FirewallState,
  ): Promise<void> {
    for (const network of add.networks) this.#networks.set(network.id, network);
    const [coming, going] = [add, remove].map((parts) => this.#elementsOf(parts, this.#networks));
    const added = this.#ledger.add(coming ?? []);
    const removed = this.#ledger.remove(going ?? []);
    try {
      await this.#changeElements({ added, removed, networks: add.networks }, whole);
    } catch (error) {
      this.#ledger.remove(coming ?? []);
      this.#ledger.add(going ?? []);
      for (const { id } of add.networks) this.#networks.delete(id);
      throw error;
    }
    for (const { id } of remove.networks) this.#networks.delete(id);
  }

  async clear(): Promise<void> {
    await must(this.#options.tools, ['nft', '-f', '-'], removalText([4, 6]));
    this.#ledger = new ElementLedger();
    this.#networks.clear();
  }

  async #changeElements(
    {
      added,
      removed,
      networks,
    }: {
      readonly added: readonly Element[];
      readonly removed: readonly Element[];
      readonly networks: readonly FirewallNetwork[];
    },
    whole: () => FirewallState,
  ): Promise<void> {
    if (added.length + removed.length > mostElements) {
      await this.replace(whole());
      return;
    }
    try {
      await runSteps(this.#options, (p) => {
        setBridges(p, networks);
        const socket = NetlinkSocket.open(p, NETLINK_NETFILTER);
        if (removed.length > 0) socket.doTogether(changeLabel, elementRequests(removed, 'remove'));
        if (added.length > 0) socket.doTogether(changeLabel, elementRequests(added, 'add'));
      });
    } catch (error) {
      if (!isGone(error)) throw error;
      // Somebody has removed a table, or what was in it: all of it is put back.
      await this.replace(whole());
    }
  }

  #elementsOf(
    { networks, ports, links }: RuleParts,
    all: ReadonlyMap<string, FirewallNetwork>,
  ): readonly Element[] {
    const { families } = this.#options;
    const elements = [
      ...networks.flatMap((network) =>
        families.flatMap((family) => networkElements(network, family)),
      ),
      ...ports.flatMap((port) => {
        const network = all.get(port.network);
        return network === undefined ? [] : portElements(port, network);
      }),
      ...links.map(linkElement),
    ];
    return elements.filter(({ family }) => families.includes(family));
  }
}

const changeLabel = 'change the sets';
/** More at once are for nft(8): an attribute of netlink(7) has 64 KiB at most, a message what a socket's buffer has. */
const mostElements = 500;

/** Whether a table, a set or an element was missing that had been there. */
function isGone(error: unknown): boolean {
  if (!isBerthError(error, 'FIREWALL_REFUSED') || !isBerthError(error.cause)) return false;
  const { step, errno } = error.cause.details;
  return step === changeLabel && errno === 'ENOENT';
}
