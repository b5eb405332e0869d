/** What a firewall does with packets of berth's bridge. */
export type FirewallState =
  /** Not installed, off, or not concerned with what is forwarded. */
  | { readonly kind: 'absent' }
  /** It drops what is forwarded, and lets the bridge through. */
  | { readonly kind: 'open' }
  /** It drops what is forwarded, the bridge's packets among it. */
  | { readonly kind: 'closed' };

/** As long as a firewall may take to answer: firewall-cmd(1) waits for D-Bus without end. */
export const firewallTimeoutMs = 4000;
