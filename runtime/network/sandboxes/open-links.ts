import type { FirewallLink } from '../firewall/firewall.ts';
import { requirePrefix } from '../ipam/network-addresses.ts';
import type { NetworkState } from '../lifecycle/network-state.ts';
import type { OpenLink } from '../model/open-link.ts';
import { type Endpoint, familyOf, type SandboxRecord } from '../model/sandbox-record.ts';

/** The rules for all links of containers that run, in networks whose containers do not reach each other otherwise. */
export function wantedLinks(state: NetworkState): readonly OpenLink[] {
  return [...state.sandboxes.values()].flatMap((sandbox) =>
    (sandbox.linked ?? []).flatMap(({ container, ports }) => {
      const other = state.sandboxes.get(container);
      if (other === undefined) return [];
      const containers = [sandbox.container, container] as const;
      return pairs(state, sandbox, other).flatMap((pair) =>
        ports.map((port) => ({ containers, rule: { ...pair, ...port } })),
      );
    }),
  );
}

/** Makes the rules for links from and to a container what they are to be now. @throws what a firewall throws */
export async function changeLinks(state: NetworkState, container: string): Promise<void> {
  const isTheirs = ({ containers }: OpenLink): boolean => containers.includes(container);
  const before = state.openLinks.filter(isTheirs);
  const after = wantedLinks(state).filter(isTheirs);
  if (before.length > 0) {
    await state.ports.firewall.unlink(before.map(({ rule }) => rule));
    state.openLinks = state.openLinks.filter((link) => !before.includes(link));
  }
  if (after.length === 0) return;
  await state.ports.firewall.link(after.map(({ rule }) => rule));
  state.openLinks = [...state.openLinks, ...after];
}

/** Takes back what a container may reach of another one that it was linked to. @throws what a firewall throws */
export function unlinkSandboxes(
  state: NetworkState,
  container: string,
  other: string,
): Promise<void> {
  return state.inTurn(container, async () => {
    const sandbox = state.sandboxes.get(container);
    if (sandbox?.linked === undefined) return;
    const linked = sandbox.linked.filter((one) => one.container !== other);
    const next = { ...sandbox, linked };
    await state.sandboxStore.save(next);
    state.keepSandbox(next);
    await changeLinks(state, container);
  });
}

/** The addresses of two containers in networks that both are in, one of each family. */
function pairs(
  state: NetworkState,
  { endpoints }: SandboxRecord,
  other: SandboxRecord,
): readonly Pick<FirewallLink, 'network' | 'from' | 'to'>[] {
  return endpoints.flatMap((own) => {
    const theirs = other.endpoints.find(({ network }) => network === own.network);
    const { record, driver } = state.networks.get(own.network) ?? {};
    const rules = record && driver?.firewall(record);
    if (theirs === undefined || rules?.interContainer !== 'closed') return [];
    return ([4, 6] as const).flatMap((family) => {
      const [from, to] = [addressOf(own, family), addressOf(theirs, family)];
      return from && to ? [{ network: own.network, from, to }] : [];
    });
  });
}

function addressOf({ addresses }: Endpoint, family: 4 | 6): FirewallLink['from'] | undefined {
  const text = addresses.find((each) => familyOf(each) === family);
  return text === undefined ? undefined : requirePrefix(text).address;
}
