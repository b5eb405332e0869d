import { readTextIfExists, rewriteFile } from '../../host/files.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { endpointOf, linkedTo } from './linked-containers.ts';

/** Tells the running containers that are linked to one which has just been started what its addresses are now. */
export async function renewLinks(state: EngineState, container: Container): Promise<void> {
  const { endpoints = [] } = state.ports.networks.sandboxOf(container.id) ?? {};
  const own = endpoints.find(({ networkName }) => networkName === 'bridge');
  if (own === undefined) return;
  const addresses = own.addresses.map((text) => text.slice(0, text.indexOf('/')));
  for (const { parent, alias } of linkedTo(state, container)) {
    if (endpointOf(state, parent) === undefined) continue;
    const { hosts } = state.folder(parent);
    const text = (await readTextIfExists(hosts)) ?? '';
    const next = withAddresses(text, alias, addresses);
    if (next !== text) await rewriteFile(hosts, next, 0o644);
  }
}

/** The lines of /etc/hosts whose first name is an alias, with other addresses of the same family; all others as they are. */
export function withAddresses(text: string, alias: string, addresses: readonly string[]): string {
  const lines = text.split('\n').map((line) => {
    const [address = '', names = ''] = line.split('\t');
    if (names.split(' ')[0] !== alias) return line;
    const next = addresses.find((each) => each.includes(':') === address.includes(':'));
    return next === undefined ? line : `${next}\t${names}`;
  });
  return lines.join('\n');
}
