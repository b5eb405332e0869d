import { isBerthError } from '../../errors/berth-error.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { advertisementOf } from '../drivers/advertisement.ts';
import { establishNetwork } from '../lifecycle/establish-network.ts';
import type { NetworkState } from '../lifecycle/network-state.ts';
import type { Network } from '../lifecycle/network.ts';
import { repairBridges } from '../lifecycle/repair.ts';
import type { Endpoint, SandboxRecord } from '../model/sandbox-record.ts';
import { releaseNamespace } from '../namespaces/network-namespace.ts';
import { changeProgram } from './connect-program.ts';
import { disconnectAll } from './disconnect-steps.ts';

/**
 * Makes the interfaces of a container what its sandbox says. Bridges that somebody has removed are made again.
 * @param before the endpoints that it has
 * @throws SYSCALL_FAILED, and what a firewall throws
 */
export async function changeInterfaces(
  state: NetworkState,
  { namespace, endpoints }: SandboxRecord,
  before: readonly Endpoint[],
): Promise<void> {
  if (endpoints.length === 0 && before.length === 0) return;
  const networkOf = ({ network }: Endpoint): Network => state.find(network);
  const attempt = async (): Promise<void> => {
    const networks = new Set(endpoints.map(networkOf));
    await Promise.all([...networks].map((network) => establishNetwork(state, network)));
    await state.ports.runner.run(changeProgram({ namespace, before, after: endpoints, networkOf }));
  };
  const isIn = (list: readonly Endpoint[], { id }: Endpoint): boolean =>
    list.some((endpoint) => endpoint.id === id);
  for (const endpoint of before) if (!isIn(endpoints, endpoint)) state.advertiser.end(endpoint.id);
  try {
    await attempt();
  } catch (error) {
    if (!isBridgeGone(error)) throw error;
    const kept = before.filter((endpoint) => isIn(endpoints, endpoint));
    await removeInterfaces(state, {
      namespace,
      endpoints: endpoints.filter((endpoint) => !kept.includes(endpoint)),
    });
    await repairBridges(state, endpoints.map(networkOf));
    await attempt();
  }
  for (const endpoint of endpoints) {
    if (isIn(before, endpoint)) continue;
    state.advertiser.begin({ namespace, endpoint }, advertisementOf(networkOf(endpoint).record));
  }
}

/** The kernel refuses a port of a bridge that is not there any more. */
function isBridgeGone(error: unknown): boolean {
  if (!isBerthError(error, 'SYSCALL_FAILED')) return false;
  return ['EINVAL', 'ENODEV', 'ENXIO'].includes(String(error.details['errno']));
}

/** Takes the interfaces of some endpoints away, whatever there is of them. @param released mounts of namespaces that go with them */
export async function removeInterfaces(
  state: NetworkState,
  { namespace, endpoints }: Pick<SandboxRecord, 'namespace' | 'endpoints'>,
  released: readonly string[] = [],
): Promise<void> {
  for (const { id } of endpoints) state.advertiser.end(id);
  const p = new ProgramBuilder('disconnect a container');
  const networkOf = ({ network }: Endpoint): Network | undefined => state.networks.get(network);
  disconnectAll(p, { namespace, endpoints, networkOf });
  for (const path of released) releaseNamespace(p, path);
  await state.ports.runner.run(p);
}
