import { isBerthError } from '../../errors/berth-error.ts';
import { isPredefined } from '../model/network-record.ts';
import type { NetworkState } from './network-state.ts';
import type { Network } from './network.ts';
import { portRules } from '../sandboxes/publish-ports.ts';
import { wantedLinks } from '../sandboxes/open-links.ts';
import { serveNames } from '../sandboxes/serve-names.ts';
import { makeOnHost } from './establish-network.ts';
import { removeLeftovers } from './repair.ts';

/**
 * Resolves when the host has what berthd found written down. What does not work for a network is reported now, and an error for
 * whoever wants to be connected to it.
 */
export function hostReady(state: NetworkState): Promise<void> {
  state.preparing ??= prepareHost(state).catch(state.ports.report);
  return state.preparing;
}

/** Makes what networks need that somebody has made or is connected to, and removes what nobody has any more. */
async function prepareHost(state: NetworkState): Promise<void> {
  const { report, firewall } = state.ports;
  // Before containers that have ended meanwhile leave: the host has the rules of theirs, too.
  const wanted = [...state.networks.values()].filter((network) => isWanted(state, network));
  await state.namespaces.sweep(() => [...state.sandboxes.values()]);
  const made: Network[] = [];
  for (const network of wanted) {
    try {
      await makeOnHost(state, network);
      made.push(network);
    } catch (problem) {
      report(problem);
    }
  }
  const rules = made.flatMap(({ driver, record }) => driver.firewall(record) ?? []);
  if (rules.length > 0) {
    await removeLeftovers(state);
    const known = new Set(rules.map(({ id }) => id));
    const ports = [...state.sandboxes.values()].flatMap((sandbox) => portRules(state, sandbox));
    const links = wantedLinks(state).filter(({ rule }) => known.has(rule.network));
    await firewall.restore({
      networks: rules,
      ports: ports.filter(({ network }) => known.has(network)),
      links: links.map(({ rule }) => rule),
    });
    state.openLinks = links;
  }
  for (const network of made) network.established = Promise.resolve();
  for (const container of [...state.sandboxes.keys()])
    await serveAgain(state, container).catch(report);
}

/** Not beside the end of a container, whose namespace would be gone, or be served for good. */
function serveAgain(state: NetworkState, container: string): Promise<void> {
  return state.inTurn(container, async () => {
    const sandbox = state.sandboxes.get(container);
    if (sandbox === undefined) return;
    await serveNames(state, sandbox).catch((error: unknown) => {
      if (!isOfGone(error)) throw error;
    });
  });
}

/** Whether a namespace went before its record did: the last berthd was killed while it took away what a container had. */
function isOfGone(error: unknown): boolean {
  return (
    isBerthError(error, 'SYSCALL_FAILED') &&
    ['ENOENT', 'EINVAL'].includes(String(error.details['errno'])) &&
    /^(?:open|enter) the network namespace /.test(String(error.details['step']))
  );
}

function isWanted(state: NetworkState, network: Network): boolean {
  if (network.record.configOnly) return false;
  return !isPredefined(network.name) || state.endpointsOf(network).length > 0;
}
