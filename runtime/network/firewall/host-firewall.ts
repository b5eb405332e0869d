import { SerialQueue } from '../../concurrency/serial-queue.ts';
import { isBerthError } from '../../errors/berth-error.ts';
import type { Firewall } from './firewall.ts';
import { type ForwardingOptions, ForwardingSwitch } from './forwarding-switch.ts';
import { type FirewallOptions, openFirewall, type OpenedFirewall } from './open-firewall.ts';

/** What berthd is told of the host's packets. */
export interface HostFirewallOptions extends Omit<FirewallOptions, 'unrouted'> {
  readonly forwarding: ForwardingOptions;
  /** `dropped`: where berthd switches forwarding on, it forwards for its networks only (`ip-forward-no-drop` of daemon.json). */
  readonly othersForwarding: 'dropped' | 'left-alone';
  /** Sees to it that nobody else makes rules of the same names; absent: nobody does. @throws FIREWALL_TAKEN */
  readonly claim?: () => Promise<void>;
}

/**
 * The firewall of the host that berthd runs on, with what has to be switched on before packets go between interfaces. What makes
 * the rules is looked for when the first network needs some: a host whose containers do without is left as it is.
 */
export function hostFirewall(options: HostFirewallOptions): Firewall {
  const forwarding = new ForwardingSwitch(options.forwarding);
  let opened: Promise<OpenedFirewall> | undefined;
  let isClaimed = false;
  const claim = async (): Promise<void> => {
    if (!isClaimed) await options.claim?.();
    isClaimed = true;
  };
  const open = (): Promise<OpenedFirewall> => {
    opened ??= openWith({ ...options, claim }, forwarding).catch((error: unknown) => {
      // Whoever was in the way may be gone the next time.
      opened = undefined;
      throw error;
    });
    return opened;
  };
  // In the order of the calls, also of those that wait until it is open: what is taken back must not come before what was told.
  const queue = new SerialQueue();
  const inTurn = (action: (firewall: OpenedFirewall['firewall']) => Promise<void>): Promise<void> =>
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
        await forwarding.on(state.networks, () => firewall.makeAnew());
      }),
    addNetwork: (network) =>
      inTurn(async (firewall) => {
        // Nothing is forwarded before there are rules for it.
        await firewall.addNetwork(network);
        await forwarding.on([network], () => firewall.makeAnew());
      }),
    removeNetwork: (id) => ifOpen((firewall) => firewall.removeNetwork(id)),
    publish: (ports) => inTurn((firewall) => firewall.publish(ports)),
    unpublish: (ports) => ifOpen((firewall) => firewall.unpublish(ports)),
    link: (links) => inTurn((firewall) => firewall.link(links)),
    unlink: (links) => ifOpen((firewall) => firewall.unlink(links)),
    remove: () =>
      inTurn(async (firewall) => {
        // The rules that keep others' packets from being forwarded go last.
        await forwarding.back();
        await firewall.remove();
      }).catch((error: unknown) => {
        // What is there is another berthd's.
        if (!isBerthError(error, 'FIREWALL_TAKEN')) throw error;
      }),
  };
}

async function openWith(
  { othersForwarding, claim, ...options }: HostFirewallOptions,
  forwarding: ForwardingSwitch,
): Promise<OpenedFirewall> {
  const { families } = options;
  if (families[4] === 'managed' || families[6] === 'managed') await claim?.();
  await forwarding.load();
  return othersForwarding === 'dropped'
    ? openFirewall({ ...options, unrouted: () => forwarding.unrouted })
    : openFirewall(options);
}
