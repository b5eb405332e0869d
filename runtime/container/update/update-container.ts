import { BerthError, isBerthError, messageOf } from '../../errors/berth-error.ts';
import type { Resources } from '../../spec/resources.ts';
import { limitWarnings } from '../create/limit-warnings.ts';
import { verifyRequest } from '../create/verify-request.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { hostConfigSchema } from '../model/host-config.ts';
import type { HostConfig } from '../model/host-config.ts';
import type { UpdateRequest } from '../model/update-request.ts';
import { cgroupPlaceOf } from '../spec/cgroup-place.ts';
import { specResources } from '../spec/spec-resources.ts';
import { mergeUpdate, refuseFixed } from './merge-update.ts';

/** Nothing of it is asked for. */
const nothing = hostConfigSchema.parse({});

/**
 * Changes limits and restart policy of a container: in its record, and where it runs, in its cgroup. When any of it
 * cannot be done all is as it was.
 *
 * @returns warnings about limits that do nothing on this host
 * @throws CONTAINER_CONFIG_INVALID, CONTAINER_UPDATE_CONFLICT, UNSUPPORTED_FIELD, CONTAINER_BEING_REMOVED,
 *   CGROUP_UPDATE_REFUSED, CGROUP_LIMIT_INVALID
 */
export function updateContainer(
  state: EngineState,
  container: Container,
  request: UpdateRequest,
): Promise<readonly string[]> {
  refuseFixed(request);
  return container.queue.run(async () => {
    refuseWhenGone(container);
    try {
      const hostConfig = mergeUpdate(container.record.hostConfig, request);
      verifyRequest(container.record.config, hostConfig);
      return await change(state, container, { hostConfig, asked: limitsOf(request) });
    } catch (error) {
      throw cannotUpdate(container, error);
    }
  });
}

/** Carries out what a berthd that died has begun: nobody else knows which limits hold. */
export async function settleLimits(state: EngineState, container: Container): Promise<void> {
  const { record } = container;
  if (record.limitsPending === undefined) return;
  const { hostConfig } = record;
  try {
    await applyLimits(state, container, withPids(hostConfig, resourcesOf(hostConfig)));
  } catch (problem) {
    // Nobody waits for an answer any more, and the container is to be looked after all the same.
    state.ports.report(problem);
  }
  await state.saveIfPossible(container, { ...record, limitsPending: undefined });
}

async function change(
  state: EngineState,
  container: Container,
  { hostConfig, asked }: { readonly hostConfig: HostConfig; readonly asked: Resources },
): Promise<readonly string[]> {
  const before = container.record;
  const after = { ...before, hostConfig };
  let warnings: readonly string[] = [];
  if (container.connection === undefined) {
    await state.save(container, after);
  } else {
    await state.save(container, { ...after, limitsPending: true });
    try {
      warnings = await applyLimits(state, container, asked);
    } catch (error) {
      await settle(state, container, before);
      throw error;
    }
    await settle(state, container, after);
  }
  state.announce(container, 'update');
  return warnings;
}

/** What holds is known, and counts, also when it cannot be written: then the next berthd carries it out once more. */
async function settle(
  state: EngineState,
  container: Container,
  record: ContainerRecord,
): Promise<void> {
  try {
    await state.save(container, record);
  } catch (problem) {
    container.record = record;
    state.ports.report(problem);
  }
}

async function applyLimits(
  { ports }: EngineState,
  { record }: Container,
  asked: Resources,
): Promise<readonly string[]> {
  const resources = resourcesOf(record.hostConfig);
  const reports = await ports.runtime.cgroups.update(cgroupPlaceOf(record), {
    change: asked,
    resources,
  });
  return limitWarnings(reports);
}

/** What an update asks of the cgroup, and nothing else. */
function limitsOf(request: UpdateRequest): Resources {
  return withPids(request, resourcesOf({ ...nothing, ...request }));
}

/** No limit any more is a limit to be written, too. */
function withPids({ PidsLimit }: Pick<HostConfig, 'PidsLimit'>, resources: Resources): Resources {
  return PidsLimit === null ? resources : { ...resources, pids: { limit: Math.max(0, PidsLimit) } };
}

function resourcesOf(hostConfig: HostConfig): Resources {
  const weight = hostConfig.BlkioWeight;
  const blockIO = {
    ...{ weight, weightDevice: [], throttleReadBpsDevice: [], throttleWriteBpsDevice: [] },
    ...{ throttleReadIOPSDevice: [], throttleWriteIOPSDevice: [] },
  };
  return specResources(hostConfig, { rules: [], blockIO: weight === 0 ? undefined : blockIO });
}

function refuseWhenGone({ id, removing, record }: Container): void {
  if (!removing && record.state.status !== 'dead') return;
  throw new BerthError('CONTAINER_BEING_REMOVED', {
    message: `Cannot update container ${id}: container is marked for removal and cannot be "update"`,
    remedy: 'Use another container.',
    details: { container: id },
  });
}

/** In Docker's words, but for what is wrong with the request itself. */
function cannotUpdate({ id }: Container, error: unknown): unknown {
  if (!isBerthError(error) || error.code === 'CONTAINER_CONFIG_INVALID') return error;
  const { code, remedy, details } = error;
  return new BerthError(code, {
    message: `Cannot update container ${id}: ${messageOf(error)}`,
    ...(remedy === undefined ? {} : { remedy }),
    details: { ...details, container: id },
    cause: error,
  });
}
