import { BerthError } from '../../errors/berth-error.ts';
import type { ProgramPlace } from './bridge-settings.ts';
import type { DirectAccess, Family, Unrouted } from './family-rules.ts';
import type { FirewallState, FirewallTool } from './firewall.ts';
import { Firewalld } from './firewalld.ts';
import { FirewalldBus } from './firewalld-bus.ts';
import { type HostTools, hostTools, lastLine } from './host-tools.ts';
import { ForeignForward } from './iptables/foreign-forward.ts';
import { IptablesBackend } from './iptables/iptables-backend.ts';
import { programs } from './iptables/tables.ts';
import { type FirewallBackend, ManagedFirewall } from './managed-firewall.ts';
import { NftBackend } from './nft/nft-backend.ts';
import { rulesetText } from './nft/ruleset.ts';
import { WithNeighbours } from './with-neighbours.ts';

/** How a firewall is opened. */
export interface FirewallOptions extends ProgramPlace {
  /** `left-alone`: somebody else makes the rules (`iptables: false`, `ip6tables: false` of daemon.json). */
  readonly families: Readonly<Record<Family, 'managed' | 'left-alone'>>;
  /** `allow-direct-routing` of daemon.json: `open` when it is true. */
  readonly directAccess: DirectAccess;
  /** Interfaces between which nothing is to be forwarded, as it was before berthd switched forwarding on; absent: none. */
  readonly unrouted?: () => Unrouted;
  /** `left-alone` where the namespace that is meant is not the one that firewalld looks after. */
  readonly firewalld: 'asked' | 'left-alone';
  /** Where the bus listens that firewalld is at; absent: the system's. */
  readonly systemBus?: string;
  /** Hears of what goes wrong when rules are made anew because firewalld has loaded its own. */
  readonly report?: ((problem: unknown) => void) | undefined;
  /** Stands in for `hostTools`. */
  readonly tools?: HostTools;
}

/** A firewall, and what its rules are made by. */
export interface OpenedFirewall {
  readonly firewall: ManagedFirewall;
  readonly tool: FirewallTool;
}

/** Whether a tool makes the rules that are wanted. */
type Trial = { readonly works: true } | { readonly works: false; readonly said: string };

/**
 * Finds out what makes rules on this host: nft(8) where it and the kernel can do what is needed, else iptables(8). Changes nothing.
 * Where neither can, or not for one of the protocols, the firewall gives FIREWALL_MISSING when a network needs it.
 */
export async function openFirewall(options: FirewallOptions): Promise<OpenedFirewall> {
  const { launcher, namespace, directAccess, unrouted, tools = hostTools(namespace) } = options;
  const managed = ([4, 6] as const).filter((family) => options.families[family] === 'managed');
  if (managed.length === 0) {
    return { firewall: new ManagedFirewall(new UnmanagedBackend([], '')), tool: 'none' };
  }
  const bus = new FirewalldBus(options.systemBus);
  const firewalld = options.firewalld === 'asked' ? [new Firewalld(tools, bus)] : [];
  const tried: string[] = [];
  for (const tool of ['nft', 'iptables'] as const) {
    const { families, said } = await workingFamilies(tools, tool, managed);
    tried.push(said);
    if (!families.includes(managed[0] ?? 4)) continue;
    const place = { launcher, namespace, tools, families, directAccess, unrouted };
    const own =
      tool === 'nft'
        ? new WithNeighbours(new NftBackend(place), [
            ...firewalld,
            new ForeignForward(tools, place),
          ])
        : new WithNeighbours(new IptablesBackend(place), firewalld);
    const missing = managed.filter((family) => !families.includes(family));
    const backend = missing.length === 0 ? own : new PartlyMissing(own, missing, said);
    const firewall = new ManagedFirewall(backend);
    bus.onReload = () => {
      firewall.makeAnew().catch(options.report ?? (() => undefined));
    };
    return { firewall, tool };
  }
  const said = tried.filter(Boolean).join('; ');
  return { firewall: new ManagedFirewall(new UnmanagedBackend(managed, said)), tool: 'none' };
}

/** For which of the protocols a tool works, and what it says where it does not. */
async function workingFamilies(
  tools: HostTools,
  tool: 'nft' | 'iptables',
  families: readonly Family[],
): Promise<{ readonly families: readonly Family[]; readonly said: string }> {
  const working: Family[] = [];
  const said: string[] = [];
  for (const family of families) {
    const trial = tool === 'nft' ? await tryNft(tools, family) : await tryIptables(tools, family);
    if (trial.works) working.push(family);
    else said.push(trial.said);
  }
  return { families: working, said: [...new Set(said)].join('; ') };
}

/** Has the kernel look at the whole ruleset and not take it (nft(8), `--check`). */
async function tryNft(tools: HostTools, family: Family): Promise<Trial> {
  const text = rulesetText([family], { elements: [], directAccess: 'protected', unrouted: ['lo'] });
  return trialOf('nft', await tools('nft', ['--check', '-f', '-'], text));
}

/** Has it look at rules of the kinds that are needed, with chains that are there. */
async function tryIptables(tools: HostTools, family: Family): Promise<Trial> {
  const text = [
    '*nat',
    '-A POSTROUTING -m conntrack --ctstate DNAT -j MASQUERADE',
    '-A OUTPUT -m addrtype --dst-type LOCAL -j ACCEPT',
    'COMMIT',
    '',
  ].join('\n');
  const { restore } = programs[family];
  return trialOf(restore, await tools(restore, ['--wait', '--noflush', '--test'], text));
}

function trialOf(tool: string, result: Awaited<ReturnType<HostTools>>): Trial {
  if (result.exitCode === 0) return { works: true };
  if (result.exitCode === 'missing') return { works: false, said: `${tool}: not installed` };
  const said = lastLine(result.stderr) ?? `exit status ${result.exitCode}`;
  return { works: false, said: `${tool}: ${said}` };
}

/** Makes no rules; those of the families that are missed are an error when somebody needs them. */
class UnmanagedBackend implements FirewallBackend {
  readonly #missing: readonly Family[];
  readonly #said: string;

  constructor(missing: readonly Family[], said: string) {
    this.#missing = missing;
    this.#said = said;
  }

  replace({ networks }: FirewallState): Promise<void> {
    return refuseMissing(networks, this.#missing, this.#said);
  }

  change({ add }: Parameters<FirewallBackend['change']>[0]): Promise<void> {
    return refuseMissing(add.networks, this.#missing, this.#said);
  }

  clear(): Promise<void> {
    return Promise.resolve();
  }
}

/** Makes rules for one protocol, and refuses networks of the other. */
class PartlyMissing implements FirewallBackend {
  readonly #own: FirewallBackend;
  readonly #missing: readonly Family[];
  readonly #said: string;

  constructor(own: FirewallBackend, missing: readonly Family[], said: string) {
    this.#own = own;
    this.#missing = missing;
    this.#said = said;
  }

  async replace(whole: FirewallState): Promise<void> {
    await refuseMissing(whole.networks, this.#missing, this.#said);
    await this.#own.replace(whole);
  }

  async change(...[parts, whole]: Parameters<FirewallBackend['change']>): Promise<void> {
    await refuseMissing(parts.add.networks, this.#missing, this.#said);
    await this.#own.change(parts, whole);
  }

  clear(): Promise<void> {
    return this.#own.clear();
  }
}

/** @throws FIREWALL_MISSING */
function refuseMissing(
  networks: FirewallState['networks'],
  missing: readonly Family[],
  said: string,
): Promise<void> {
  const network = networks.find(({ subnets }) =>
    subnets.some(({ address }) => missing.includes(address.family)),
  );
  if (network === undefined) return Promise.resolve();
  return Promise.reject(
    new BerthError('FIREWALL_MISSING', {
      message: `Network "${network.id}" needs rules of a firewall, and this host has nothing that makes them (${said}); wanted nft or iptables.`,
      remedy:
        'Install the package nftables, or run "berth check --fix net.nat"; with "iptables": false in daemon.json you make the rules yourself.',
      details: { network: network.id, said },
    }),
  );
}
