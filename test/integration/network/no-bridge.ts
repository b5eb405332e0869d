import type { Firewall } from '../../../runtime/network/firewall/firewall.ts';
import type { NetworkPorts } from '../../../runtime/network/network-ports.ts';

/** Rules of nobody: everything passes. */
export const noFirewall: Firewall = {
  restore: () => Promise.resolve(),
  addNetwork: () => Promise.resolve(),
  removeNetwork: () => Promise.resolve(),
  publish: () => Promise.resolve(),
  unpublish: () => Promise.resolve(),
  link: () => Promise.resolve(),
  unlink: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};

/** For engines in the machine's own network namespace: containers that do not say have loopback only, and the machine is left alone. */
export const noBridge: Pick<NetworkPorts, 'settings' | 'firewall'> = {
  settings: {
    defaultBridge: undefined,
    relays: true,
    hostGateways: [],
    pools: [],
    defaultOptions: {},
  },
  firewall: noFirewall,
};
