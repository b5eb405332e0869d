import { totalmem } from 'node:os';

import { readInterfaceCounts } from '../../host/interface-counts.ts';
import type { InterfaceCounts } from '../../host/interface-counts.ts';
import { readSystemCpu } from '../../host/system-cpu.ts';
import type { SystemCpu } from '../../host/system-cpu.ts';
import type { CgroupSample } from '../../launch/cgroups/live-cgroups.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { donorOf } from '../model/namespace-mode.ts';
import { cgroupPlaceOf } from '../spec/cgroup-place.ts';

/** Between two samples of a stream, as with Docker. */
const intervalMs = 1000;

/** What a container uses, at one moment. */
export interface UsageSample extends CgroupSample {
  /** Milliseconds since 1970. */
  readonly readMs: number;
  /** What the host has done by then: processor time means something beside it only. */
  readonly system: SystemCpu;
  /** All memory that the host has. */
  readonly hostMemoryBytes: number;
  /** Of its interfaces in networks; none for one that has only loopback, or what the host has. */
  readonly interfaces: readonly InterfaceCounts[];
}

/** What a container uses now; `undefined` when it does not run. */
export async function sampleUsage(
  { ports }: EngineState,
  container: Container,
): Promise<UsageSample | undefined> {
  if (container.connection === undefined) return undefined;
  const [sample, system, interfaces] = await Promise.all([
    ports.runtime.cgroups.sample(cgroupPlaceOf(container.record)),
    readSystemCpu(),
    sampleInterfaces(ports, container.record, container.connection.pid),
  ]);
  if (sample === undefined) return undefined;
  const [readMs, hostMemoryBytes] = [ports.clock.now(), totalmem()];
  return { ...sample, readMs, system, hostMemoryBytes, interfaces };
}

/** Those of another container's network are told as its own, as with Docker. */
async function sampleInterfaces(
  { networks }: EngineState['ports'],
  { id, hostConfig }: Container['record'],
  pid: number,
): Promise<readonly InterfaceCounts[]> {
  const sandbox = networks.sandboxOf(donorOf(hostConfig.NetworkMode) ?? id);
  if (sandbox === undefined) return [];
  const names = new Set(sandbox.endpoints.map(({ interfaceName }) => interfaceName));
  const all = await readInterfaceCounts(pid);
  return all.filter(({ name }) => names.has(name));
}

/** What a container uses, each second, until it is removed or the reader leaves. */
export async function* followUsage(
  state: EngineState,
  container: Container,
  signal: AbortSignal,
): AsyncGenerator<UsageSample | undefined> {
  const removed = new AbortController();
  const stop = container.turns.add(({ kind }) => {
    if (kind === 'removed') removed.abort();
  });
  const over = AbortSignal.any([signal, removed.signal]);
  try {
    while (!over.aborted && state.index.has(container)) {
      yield await sampleUsage(state, container);
      await state.ports.clock.sleep(intervalMs, over).catch(() => undefined);
    }
  } finally {
    stop();
  }
}
