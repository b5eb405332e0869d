import type { JoinedSandbox, JoinRequest } from '../../network/sandboxes/join-networks.ts';
import { explainedNetworking } from './networking-failure.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { isUserDefined, networkKind, wishedNetworks } from '../model/network-mode.ts';
import { nameServer } from './name-server.ts';
import { endpointRequest } from './endpoint-request.ts';

/** The networks of a container that is about to start. */
export interface JoinedContainer extends JoinedSandbox {
  /** Its /etc/resolv.conf; absent: what the host has. */
  readonly resolvConf: string | undefined;
}

/**
 * Begins to connect a container that is about to start to its networks; `undefined` for one that has none of its own.
 * @param request whose the namespace is to be, if not the host's, and the containers that this one is linked to
 * @throws what `Networks.join` throws, in Docker's words
 */
export async function joinSandbox(
  state: EngineState,
  { id, record }: Container,
  request: Pick<JoinRequest, 'users' | 'linked'>,
): Promise<JoinedContainer | undefined> {
  const { networks } = state.ports;
  if (networkKind(record.hostConfig) !== 'own') return undefined;
  const wished = Object.entries(wishedNetworks(record, networks.defaultName));
  // The network "none" beside others gives nothing, and "bridge" gives as little where daemon.json has none.
  const endpoints = wished.filter(
    ([name]) =>
      name !== 'none' && (name !== 'bridge' || networks.findIfThere('bridge') !== undefined),
  );
  if (endpoints.length === 0 || record.config.NetworkDisabled) return undefined;
  try {
    const requests = endpoints.map(([name, settings]) => endpointRequest(record, name, settings));
    const names = await nameServer(state.ports, record);
    for (const text of names?.notices ?? []) state.ports.notice(text, { container: id });
    const { upstreams, upstreamsFrom } =
      names !== undefined && endpoints.some(([name]) => isUserDefined(name)) ? names : {};
    const asked = { upstreams, upstreamsFrom };
    const join = { ...request, container: id, endpoints: requests, ...asked };
    const { sandbox, connected } = await networks.join(join);
    const explained = connected.catch((error: unknown) => {
      throw explainedNetworking(error);
    });
    // Who waits for it may fail with something else first.
    explained.catch(() => undefined);
    return { sandbox, connected: explained, resolvConf: names?.text };
  } catch (error) {
    throw explainedNetworking(error);
  }
}
