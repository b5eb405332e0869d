import { SerialQueue } from '../../concurrency/serial-queue.ts';
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
  // In the order of the calls, also of those that wait until it is open: what is taken back must not come before what was told.
  const queue = new SerialQueue();
  const inTurn = (action: (firewall: Firewall) => Promise<void>): Promise<void> =>
    queue.run(async () => action((await open()).firewall));
  /** What is told to a firewall that nobody needs so far has nothing to undo. */
  const ifOpen = (action: (firewall: Firewall) => Promise<void>): Promise<void> =>
    queue.run(async () => {
      if (opened !== undefined) await action((await opened).firewall);
    });
  return {
    // Whoever asks for information does not wait until programs of the host have been tried.
    tool: async () => (opened === undefined ? 'none' : (await opened).tool),
    restore: (state) =>
      inTurn(async (firewall) => {
        await firewall.restore(state);
        await forward(state.networks, options);
      }),
    addNetwork: (network) =>
      inTurn(async (firewall) => {
        // Nothing is forwarded before there are rules for it.
        await firewall.addNetwork(network);
        await forward([network], options);
      }),
    removeNetwork: (id) => ifOpen((firewall) => firewall.removeNetwork(id)),
    publish: (ports) => inTurn((firewall) => firewall.publish(ports)),
    unpublish: (ports) => ifOpen((firewall) => firewall.unpublish(ports)),
    link: (links) => inTurn((firewall) => firewall.link(links)),
    unlink: (links) => ifOpen((firewall) => firewall.unlink(links)),
    remove: () => inTurn((firewall) => firewall.remove()),
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
