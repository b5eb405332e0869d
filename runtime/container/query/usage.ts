import { totalmem } from 'node:os';

import { readSystemCpu } from '../../host/system-cpu.ts';
import type { SystemCpu } from '../../host/system-cpu.ts';
import type { CgroupSample } from '../../launch/cgroups/live-cgroups.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
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
}

/** What a container uses now; `undefined` when it does not run. */
export async function sampleUsage(
  { ports }: EngineState,
  container: Container,
): Promise<UsageSample | undefined> {
  if (container.connection === undefined) return undefined;
  const [sample, system] = await Promise.all([
    ports.runtime.cgroups.sample(cgroupPlaceOf(container.record)),
    readSystemCpu(),
  ]);
  if (sample === undefined) return undefined;
  return { ...sample, readMs: ports.clock.now(), system, hostMemoryBytes: totalmem() };
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
