import type { FirewallLink } from '../firewall/firewall.ts';

/** A rule for a link, and the ids of both containers. */
export interface OpenLink {
  readonly containers: readonly [string, string];
  readonly rule: FirewallLink;
}
