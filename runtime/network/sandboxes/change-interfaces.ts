import { type BerthError, isBerthError } from '../../errors/berth-error.ts';
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
 * @throws SYSCALL_FAILED, NETWORK_DRIVER_REFUSED, and what a firewall throws
 */
export async function changeInterfaces(
  state: NetworkState,
  sandbox: SandboxRecord,
  before: readonly Endpoint[],
): Promise<void> {
  const { namespace, endpoints } = sandbox;
  if (endpoints.length === 0 && before.length === 0) return;
  const added = endpoints.filter((endpoint) => !isIn(before, endpoint));
  for (const endpoint of before) if (!isIn(endpoints, endpoint)) state.advertiser.end(endpoint.id);
  try {
    await changeNow(state, sandbox, before);
  } catch (error) {
    throw refusalOf(state, added, error) ?? error;
  }
  for (const endpoint of added) {
    const { record } = state.find(endpoint.network);
    state.advertiser.begin({ namespace, endpoint }, advertisementOf(record));
  }
}

async function changeNow(
  state: NetworkState,
  { namespace, endpoints }: SandboxRecord,
  before: readonly Endpoint[],
): Promise<void> {
  const networkOf = ({ network }: Endpoint): Network => state.find(network);
  const attempt = async (): Promise<void> => {
    const networks = new Set(endpoints.map(networkOf));
    await Promise.all([...networks].map((network) => establishNetwork(state, network)));
    await state.ports.runner.run(changeProgram({ namespace, before, after: endpoints, networkOf }));
  };
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
}

function isIn(list: readonly Endpoint[], { id }: Endpoint): boolean {
  return list.some((endpoint) => endpoint.id === id);
}

/** What a driver makes of an error of the kernel; `undefined`: nothing. */
function refusalOf(
  state: NetworkState,
  added: readonly Endpoint[],
  error: unknown,
): BerthError | undefined {
  if (!isBerthError(error, 'SYSCALL_FAILED')) return undefined;
  const [step, errno] = [error.details['step'], error.details['errno']].map(String);
  if (step === undefined || errno === undefined) return undefined;
  for (const endpoint of added) {
    const { driver, record } = state.find(endpoint.network);
    const refusal = driver.refusal?.(record, endpoint, { step, errno });
    if (refusal !== undefined) return refusal;
  }
  return undefined;
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
