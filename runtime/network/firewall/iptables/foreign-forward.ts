import { ask, type HostTools, must } from '../host-tools.ts';
import type { Neighbour } from '../with-neighbours.ts';
import type { ProgramPlace } from '../bridge-settings.ts';
import { removalText } from './tables.ts';
import { usedVariants } from './used-variants.ts';

/** berth's chain in the filter table of somebody else; apart from those of the backend for iptables. */
const chain = 'BERTH-ACCEPT';
const call = `-A FORWARD -m comment --comment berth -j ${chain}`;

/**
 * Lets berth's bridges through where the FORWARD chain of iptables drops what no rule accepts, as with ufw or with Docker beside
 * berth: a packet has to be accepted by every table, and berth's own still refuse what is not to pass. The call is the last in
 * the chain, so that whatever others forbid stays forbidden. Without bridges, or such a chain, nothing of berth's is left there.
 */
export class ForeignForward implements Neighbour {
  readonly #tools: HostTools;
  readonly #place: ProgramPlace;

  constructor(tools: HostTools, place: ProgramPlace) {
    this.#tools = tools;
    this.#place = place;
  }

  async settle(bridges: readonly string[]): Promise<void> {
    for (const variant of await usedVariants(this.#place)) {
      const saved = await ask(this.#tools, [`${variant}-save`]);
      const text = saved === undefined ? undefined : foreignForwardText(saved, bridges);
      if (text === undefined) continue;
      await must(this.#tools, [`${variant}-restore`, '--wait', '--noflush'], text);
    }
  }

  add(_: string, bridges: readonly string[]): Promise<void> {
    return this.settle(bridges);
  }

  remove(_: string, bridges: readonly string[]): Promise<void> {
    return this.settle(bridges);
  }

  clear(): Promise<void> {
    return this.settle([]);
  }
}

/** What iptables-restore(8) is given for that; `undefined` when there is nothing to do. */
export function foreignForwardText(saved: string, bridges: readonly string[]): string | undefined {
  // Chains that berth made when the host had no nft yet would go on to decide.
  const left = removalText(saved);
  const place = bridges.length === 0 ? undefined : lastPlace(saved);
  if (place === undefined) return left;
  const rules = bridges.flatMap((name) => [
    `-A ${chain} -i ${name} -j ACCEPT`,
    `-A ${chain} -o ${name} -j ACCEPT`,
  ]);
  const insert = call.replace('-A FORWARD', `-I FORWARD ${place}`);
  return `${left ?? ''}*filter\n:${chain} - [0:0]\n${[...rules, insert].join('\n')}\nCOMMIT\n`;
}

/** Where a rule comes behind all that decide; `undefined` where what nobody decides about is let through. */
function lastPlace(saved: string): number | undefined {
  const [, filter = ''] = /^\*filter$(.*?)^COMMIT$/ms.exec(saved) ?? [];
  const rules = filter
    .split('\n')
    .filter((line) => line.startsWith('-A FORWARD ') && !line.includes(`-j ${chain}`));
  const ends = /^-A FORWARD -j (?:DROP|REJECT)\b/.test(rules.at(-1) ?? '');
  if (ends) return rules.length;
  return /^:FORWARD DROP /m.test(filter) ? rules.length + 1 : undefined;
}
