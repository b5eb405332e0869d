import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from '../../syscall/constants/fs.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { setInterfaceSysctl } from '../bridge/interface-sysctl.ts';
import { filterInside } from '../netlink/links.ts';
import { enterNamespace } from '../namespaces/network-namespace.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { entranceOf } from './family-rules.ts';
import type { FirewallNetwork } from './firewall.ts';
import { refused } from './host-tools.ts';

const filterLabel = 'look for the filter inside bridges';

/** Adds steps that make bridges do what the rules rely on; they are there, in the namespace that the program is in. */
export function setBridges(p: ProgramBuilder, networks: readonly FirewallNetwork[]): void {
  for (const network of networks) {
    const { bridge, interContainer } = network;
    const entrance = entranceOf(network, 4);
    if (entrance === 'nat' || entrance === 'nat-unprotected') {
      // A published port is reached by 127.0.0.1 too: such packets leave by the bridge, and the rules keep others away.
      setInterfaceSysctl(p, { family: 4, name: bridge, key: 'route_localnet', value: '1' });
    }
    if (interContainer === 'open') continue;
    // Without its module the setting is taken, and does nothing.
    const sign = p.string('/proc/sys/net/bridge/bridge-nf-call-iptables');
    const file = p.call(filterLabel, 'openat', [AT_FDCWD, sign, O_RDONLY | O_CLOEXEC, 0]);
    p.call(filterLabel, 'close', [file]);
    NetlinkSocket.open(p).do(filterInside(bridge));
  }
}

/** Where programs run. */
export interface ProgramPlace {
  readonly launcher: Pick<Launcher, 'run' | 'spawn'>;
  /** Where the network namespace is kept that is meant; absent: the launcher's own. */
  readonly namespace?: string | undefined;
}

/** Does the same now. @throws FIREWALL_BRIDGE_UNFILTERED, FIREWALL_REFUSED */
export async function applyBridgeSettings(
  networks: readonly FirewallNetwork[],
  place: ProgramPlace,
): Promise<void> {
  if (networks.length === 0) return;
  await runSteps(place, (p) => {
    setBridges(p, networks);
  });
}

/** Runs steps in the namespace that is meant. @throws FIREWALL_BRIDGE_UNFILTERED, FIREWALL_REFUSED */
export async function runSteps(
  { launcher, namespace }: ProgramPlace,
  steps: (p: ProgramBuilder) => void,
): Promise<void> {
  const p = new ProgramBuilder('change the firewall');
  if (namespace !== undefined) enterNamespace(p, namespace);
  steps(p);
  // After a removal the kernel lets the socket go only when no processor can see what was removed: some 10 ms.
  p.reply(p.reserve(1), 1);
  try {
    await launcher.spawn(p);
  } catch (error) {
    if (!isBerthError(error, 'SYSCALL_FAILED')) throw error;
    if (error.details['step'] === filterLabel) throw filterMissing(error);
    throw refused('the kernel', error.message, error);
  }
}

function filterMissing(cause: unknown): BerthError {
  return new BerthError('FIREWALL_BRIDGE_UNFILTERED', {
    message:
      'Containers of a network are not to reach each other (enable_icc "false"), and the kernel lets packets inside a bridge pass without looking; wanted the module br_netfilter.',
    remedy: 'Run "modprobe br_netfilter", or "berth check --fix sysctl.bridge-nf".',
    cause,
  });
}
