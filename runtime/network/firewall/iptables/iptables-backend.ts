import { type DirectAccess, type Family, type Unrouted, unroutedOf } from '../family-rules.ts';
import type { FirewallNetwork, FirewallState } from '../firewall.ts';
import type { HostTools } from '../host-tools.ts';
import type { RuleParts } from '../known-rules.ts';
import type { FirewallBackend } from '../managed-firewall.ts';
import { applyBridgeSettings, type ProgramPlace } from '../bridge-settings.ts';
import { removeOwnChains, restoreRules, restoreText, savedRules } from './tables.ts';

/** Where and how the rules are made. */
export interface IptablesOptions extends ProgramPlace {
  readonly tools: HostTools;
  readonly families: readonly Family[];
  readonly directAccess: DirectAccess;
  readonly unrouted?: (() => Unrouted) | undefined;
}

/**
 * Rules of iptables(8) in chains of berth's own, for hosts without nft(8). Each change writes all of them anew: iptables has no
 * maps, and would copy its tables for a single rule too.
 */
export class IptablesBackend implements FirewallBackend {
  readonly #options: IptablesOptions;

  constructor(options: IptablesOptions) {
    this.#options = options;
  }

  async replace(whole: FirewallState): Promise<void> {
    await this.#write(whole, whole.networks);
  }

  async change({ add }: { readonly add: RuleParts }, whole: () => FirewallState): Promise<void> {
    await this.#write(whole(), add.networks);
  }

  async clear(): Promise<void> {
    await removeOwnChains(this.#options.tools);
  }

  async #write(whole: FirewallState, newNetworks: readonly FirewallNetwork[]): Promise<void> {
    const { tools, families, directAccess } = this.#options;
    await applyBridgeSettings(newNetworks, this.#options);
    for (const family of families) {
      const saved = (await savedRules(tools, family)) ?? '';
      const unrouted = unroutedOf(this.#options.unrouted, family);
      const text = restoreText(saved, { ...whole, family, directAccess, unrouted });
      await restoreRules(tools, family, text);
    }
  }
}
