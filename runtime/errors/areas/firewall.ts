import type { ErrorArea } from './area.ts';

/** Errors of `runtime/network/firewall`. */
export const firewallErrors = {
  FIREWALL_MISSING: {
    http: 500,
    exit: 125,
    meaning:
      'A network or a published port is wanted, and the host has no nft and no iptables that work.',
  },
  FIREWALL_TAKEN: {
    http: 500,
    exit: 125,
    meaning: 'Another berthd makes the rules of the firewall in this network namespace.',
  },
  FIREWALL_REFUSED: {
    http: 500,
    exit: 125,
    meaning: 'The kernel, nft, iptables or firewalld refused a rule; nothing was changed.',
  },
  FIREWALL_NETWORK_INVALID: {
    http: 400,
    exit: 125,
    meaning: 'A network cannot be put into the rules of the firewall.',
  },
  FIREWALL_PORT_INVALID: {
    http: 400,
    exit: 125,
    meaning: 'A port cannot be published by the rules of the firewall as it was asked for.',
  },
  FIREWALL_BRIDGE_UNFILTERED: {
    http: 500,
    exit: 125,
    meaning:
      'Containers of a network are not to reach each other, and the kernel does not filter inside bridges.',
  },
} as const satisfies ErrorArea;
