import { isBerthError } from '../../../errors/berth-error.ts';
import { applyBridgeSettings, type ProgramPlace } from '../bridge-settings.ts';
import { type DirectAccess, type Family, type Unrouted, unroutedOf } from '../family-rules.ts';
import type { FirewallState } from '../firewall.ts';
import type { HostTools } from '../host-tools.ts';
import type { RuleParts } from '../known-rules.ts';
import type { FirewallBackend } from '../managed-firewall.ts';
import { changeText } from './rule-change.ts';
import { type TableRules, tableRules } from './rules.ts';
import { type RulesKind, rulesKind, rulesStamp } from './rules-stamp.ts';
import { removeOwnChains, restoreRules, restoreText, savedRules } from './tables.ts';

/** Where and how the rules are made. */
export interface IptablesOptions extends ProgramPlace {
  readonly tools: HostTools;
  readonly families: readonly Family[];
  readonly directAccess: DirectAccess;
  readonly unrouted?: (() => Unrouted) | undefined;
}

/** Rules by protocol. */
type Rules = ReadonlyMap<Family, TableRules>;

/** What the host's rules were when berth had written its own. */
interface Written {
  readonly rules: Rules;
  readonly kind: RulesKind;
  /** What `rulesStamp` gave then. */
  readonly stamp: string;
}

/**
 * Rules of iptables(8) in chains of berth's own, for hosts without nft(8). A change is written as what comes and goes: with a
 * thousand ports, all rules anew take ten times as long. All are written anew when any rule of the host has come or gone
 * meanwhile: it may have been one of berth's.
 */
export class IptablesBackend implements FirewallBackend {
  readonly #options: IptablesOptions;
  #written: Written | undefined;

  constructor(options: IptablesOptions) {
    this.#options = options;
  }

  async replace(whole: FirewallState): Promise<void> {
    await applyBridgeSettings(whole.networks, this.#options);
    await this.#writeAnew(this.#rulesOf(whole));
  }

  async change({ add }: { readonly add: RuleParts }, whole: () => FirewallState): Promise<void> {
    await applyBridgeSettings(add.networks, this.#options);
    const rules = this.#rulesOf(whole());
    if (!(await this.#changeOnly(rules))) await this.#writeAnew(rules);
  }

  async clear(): Promise<void> {
    this.#written = undefined;
    await removeOwnChains(this.#options.tools);
  }

  #rulesOf(whole: FirewallState): Rules {
    const { families, directAccess } = this.#options;
    return new Map(
      families.map((family) => {
        const unrouted = unroutedOf(this.#options.unrouted, family);
        return [family, tableRules({ ...whole, family, directAccess, unrouted })];
      }),
    );
  }

  /** Whether that was possible. */
  async #changeOnly(rules: Rules): Promise<boolean> {
    const written = this.#written;
    if (written === undefined) return false;
    const texts = [...rules].map(([family, after]) => {
      const before = written.rules.get(family);
      return [family, before === undefined ? undefined : changeText(before, after)] as const;
    });
    // Until it has worked nobody knows what there is.
    this.#written = undefined;
    if (texts.some(([, text]) => text === undefined)) return false;
    if ((await this.#stamp(written.kind)) !== written.stamp) return false;
    try {
      for (const [family, text = ''] of texts) {
        if (text !== '') await restoreRules(this.#options.tools, family, text);
      }
    } catch (error) {
      if (isBerthError(error, 'FIREWALL_REFUSED')) return false;
      throw error;
    }
    await this.#note(rules, written.kind);
    return true;
  }

  async #writeAnew(rules: Rules): Promise<void> {
    const { tools, families } = this.#options;
    this.#written = undefined;
    for (const [family, those] of rules) {
      const saved = (await savedRules(tools, family)) ?? '';
      await restoreRules(tools, family, restoreText(saved, those));
    }
    const [family] = families;
    if (family !== undefined) await this.#note(rules, await rulesKind(tools, family));
  }

  async #note(rules: Rules, kind: RulesKind): Promise<void> {
    const stamp = await this.#stamp(kind);
    this.#written = stamp === undefined ? undefined : { rules, kind, stamp };
  }

  #stamp(kind: RulesKind): Promise<string | undefined> {
    return rulesStamp(kind, this.#options.families, this.#options);
  }
}
