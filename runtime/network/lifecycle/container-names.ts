import { formatAddress } from '../address/ip-address.ts';
import { requirePrefix } from '../ipam/network-addresses.ts';
import type { Endpoint, SandboxRecord } from '../model/sandbox-record.ts';
import type { NameDirectory } from '../names/name-directory.ts';

/** What names are looked up in. */
interface Known {
  /** By ids of containers. */
  readonly sandboxes: ReadonlyMap<string, SandboxRecord>;
  /** Another number whenever a sandbox is another one. */
  readonly generation: number;
}

/**
 * The names of containers, as each of them sees them: those in the networks that it is in itself. In the network `bridge` containers
 * have no names, as in Docker.
 */
export function containerNames(state: Known): NameDirectory {
  return {
    get generation() {
      return state.generation;
    },
    lookup: (sandbox, name, family) => {
      const found = namedEndpoints(state, sandbox, name);
      const addresses = found.flatMap((endpoint) =>
        endpoint.addresses
          .map((text) => requirePrefix(text).address)
          .filter((address) => address.family === family),
      );
      if (addresses.length > 0) return { kind: 'addresses', addresses };
      return { kind: found.length > 0 ? 'no-address-of-that-family' : 'unknown' };
    },
    reverse: (sandbox, address) => {
      const wanted = formatAddress(address);
      const owner = neighbours(state, sandbox).find(({ endpoint }) =>
        endpoint.addresses.some((text) => text.startsWith(`${wanted}/`)),
      );
      const name = owner?.endpoint.names[0];
      return name === undefined ? undefined : `${name}.${owner?.endpoint.networkName ?? ''}`;
    },
  };
}

/** What is in the networks of a container, itself too, with its own part in each. */
function neighbours(
  { sandboxes }: Known,
  sandbox: string,
): readonly { readonly own: Endpoint; readonly endpoint: Endpoint }[] {
  const mine = (sandboxes.get(sandbox)?.endpoints ?? []).filter(hasNames);
  return mine.flatMap((own) =>
    [...sandboxes.values()].flatMap(({ endpoints }) =>
      endpoints
        .filter((endpoint) => endpoint.network === own.network)
        .map((endpoint) => ({ own, endpoint })),
    ),
  );
}

/** Those of a name: what the container calls somebody itself comes before what others are called. */
function namedEndpoints(state: Known, sandbox: string, name: string): readonly Endpoint[] {
  const all = neighbours(state, sandbox);
  const linked = all.filter(({ own, endpoint }) =>
    own.links.some((link) => {
      const [container = '', alias = container] = link.split(':');
      return alias.toLowerCase() === name && endpoint.names.includes(container);
    }),
  );
  const named = all.filter(({ endpoint: { names, networkName } }) =>
    names.some((each) => {
      const text = each.toLowerCase();
      return text === name || `${text}.${networkName.toLowerCase()}` === name;
    }),
  );
  return (linked.length > 0 ? linked : named).map(({ endpoint }) => endpoint);
}

/** Whether containers of its network have names there. */
export function hasNames({ networkName, interfaceName }: Endpoint): boolean {
  return networkName !== 'bridge' && interfaceName !== '';
}
