import { readTextIfExists, writeExisting } from '../../host/files.ts';
import type { Firewall, FirewallNetwork } from './firewall.ts';
import { forwardingPlan, readForwarding } from './forwarding.ts';
import { type FirewallOptions, openFirewall, type OpenedFirewall } from './open-firewall.ts';

/** What berthd is told of the host's packets. */
export interface HostFirewallOptions extends FirewallOptions {
  /** `ip-forward` of daemon.json. */
  readonly ipForward: 'on' | 'left-alone';
}

/**
 * The firewall of the host that berthd runs on, with what has to be switched on before packets go between interfaces. What makes
 * the rules is looked for when the first network needs some: a host whose containers do without is left as it is.
 */
export function hostFirewall(options: HostFirewallOptions): Firewall {
  let opened: Promise<OpenedFirewall> | undefined;
  const open = (): Promise<OpenedFirewall> => {
    opened ??= openFirewall(options);
    return opened;
  };
  const own = async (): Promise<Firewall> => (await open()).firewall;
  /** What is told to a firewall that nobody needs so far has nothing to undo. */
  const ifOpen = async (action: (firewall: Firewall) => Promise<void>): Promise<void> => {
    if (opened !== undefined) await action((await opened).firewall);
  };
  return {
    tool: async () => (await open()).tool,
    restore: async (state) => {
      await (await own()).restore(state);
      await forward(state.networks, options);
    },
    addNetwork: async (network) => {
      // Nothing is forwarded before there are rules for it.
      await (await own()).addNetwork(network);
      await forward([network], options);
    },
    removeNetwork: (id) => ifOpen((firewall) => firewall.removeNetwork(id)),
    publish: async (ports) => (await own()).publish(ports),
    unpublish: (ports) => ifOpen((firewall) => firewall.unpublish(ports)),
    link: async (links) => (await own()).link(links),
    unlink: (links) => ifOpen((firewall) => firewall.unlink(links)),
    remove: async () => (await own()).remove(),
  };
}

async function forward(
  networks: readonly FirewallNetwork[],
  { ipForward }: HostFirewallOptions,
): Promise<void> {
  if (ipForward === 'left-alone') return;
  const now = await readForwarding(readTextIfExists);
  for (const { key, value } of forwardingPlan(networks, { ipForward, now }))
    await writeExisting(`/proc/sys/${key}`, value);
}
