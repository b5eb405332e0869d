import type { Network } from '../../network/lifecycle/network.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { hasProgram } from '../model/container-state.ts';
import { connectNow, finishChange } from './connect-now.ts';

/**
 * Connects a container that runs to the networks of its record, and to no others: a berthd that was killed may have done one half of
 * a connect or disconnect. The record is written first, and so says what is to be.
 */
export async function settleNetworks(state: EngineState, container: Container): Promise<void> {
  const { networks } = state.ports;
  const { endpoints: before = [], changing } = networks.sandboxOf(container.id) ?? {};
  const isHalfDone = (): boolean => {
    const { missing, extra } = differences(state, container);
    return changing !== undefined || missing.length > 0 || extra.length > 0;
  };
  if (!isHalfDone()) return;
  await container.queue.run(async () => {
    if (!hasProgram(container.record.state)) return;
    await networks.settle(container.id);
    const { missing, extra } = differences(state, container);
    for (const network of extra) await networks.disconnect(container.id, network);
    for (const [key, network] of missing) {
      const settings = container.record.networks?.[key];
      if (settings !== undefined) await connectNow(state, container, { network, settings });
    }
    await finishChange(state, container, before);
  });
}

interface Differences {
  /** With the key that the record has it by. */
  readonly missing: readonly (readonly [key: string, network: Network])[];
  readonly extra: readonly Network[];
}

function differences({ ports }: EngineState, { id, record }: Container): Differences {
  const { networks } = ports;
  const sandbox = networks.sandboxOf(id);
  // Who has never been connected to others has what it started with.
  if (sandbox === undefined || record.networks === undefined) return { missing: [], extra: [] };
  const { endpoints } = sandbox;
  const wished = Object.keys(record.networks)
    .filter((key) => key !== 'none')
    .map((key) => [key, networks.findIfThere(key)] as const);
  // Of one that is known by another name, nobody could say what it is.
  const isClear = wished.every(([, network]) => network !== undefined);
  const wanted = new Set(wished.map(([, network]) => network?.id));
  return {
    missing: wished.flatMap(([key, network]) =>
      network === undefined || endpoints.some((endpoint) => endpoint.network === network.id)
        ? []
        : [[key, network] as const],
    ),
    extra: endpoints.flatMap(({ network }) =>
      isClear && !wanted.has(network) ? (networks.findIfThere(network) ?? []) : [],
    ),
  };
}
