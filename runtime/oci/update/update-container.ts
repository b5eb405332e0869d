import { detectCgroups } from '../../cgroup/detect.ts';
import { planUpdate, type UpdatePlan } from '../../cgroup/plan-update.ts';
import { writeLimits } from '../../cgroup/write-limits.ts';
import { BerthError } from '../../errors/berth-error.ts';
import { readFile, writeFileWhole } from '../../host/files.ts';
import { parseSpec } from '../../spec/parse-spec.ts';
import { parsePreciseJson, stringifyPrecise } from '../../spec/precise-json.ts';
import type { Spec } from '../../spec/spec.ts';
import { cgroupPathOf } from '../cgroup-path-of.ts';
import type { ContainerFolder } from '../state/container-folder.ts';
import type { StoredState } from '../state/stored-state.ts';
import { mergeResources, withKnownNames } from './merge-resources.ts';

/**
 * Changes limits of a container, and its config with them. When one of them is refused, all are as they were.
 *
 * @param given as `linux.resources` of a config has it; names may be written in any case.
 * @returns what this host cannot do, a sentence each.
 * @throws SPEC_INVALID, CGROUP_LIMIT_INVALID, CGROUP_UPDATE_REFUSED
 */
export async function updateContainer(
  folder: ContainerFolder,
  given: unknown,
  { systemdUnit: unit }: Pick<StoredState, 'systemdUnit'>,
): Promise<readonly string[]> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw noObject();
  const { devices, ...change } = freed(withKnownNames(given) as Change);
  const config = parsePreciseJson(await readFile(folder.configFile, 'utf8')) as Config;
  const before = parseSpec(config);
  const after = withResources(config, mergeResources(config.linux?.resources ?? {}, change));
  const spec = parseSpec(after);
  const plan = planUpdate({
    layout: await detectCgroups(),
    path: cgroupPathOf(before, folder.id),
    change: resourcesOf(parseSpec(withResources(config, change))),
    resources: resourcesOf(spec),
  });
  await checkMemory(plan);
  const write = (): Promise<void> => writeLimits(plan.writes);
  if (unit === undefined) await write();
  else {
    const { updateUnit } = await import('../systemd/update-unit.ts');
    const limits = { before: before.linux.resources, after: spec.linux.resources };
    await updateUnit({ unit, ...limits, write });
  }
  await writeFileWhole(folder.configFile, stringifyPrecise(after), {
    mode: 0o600,
    durability: 'memory',
  });
  const skipped = devices === undefined ? [] : ['"devices" cannot be changed later: they stay.'];
  return [...plan.unsupported.map(({ field, reason }) => `"${field}": ${reason}`), ...skipped];
}

/** As much of a change as is looked at here; it is read as a part of the config. */
interface Change {
  readonly devices?: unknown;
  readonly memory?: { readonly limit?: unknown; readonly swap?: unknown } | null;
}

/** No limit of memory, without a word about swap, is none of both together either: the kernel would refuse the one alone. */
function freed(change: Change): Change {
  const { memory } = change;
  const isFree = memory?.limit === -1 && memory.swap === undefined;
  return isFree ? { ...change, memory: { ...memory, swap: -1 } } : change;
}

/** As much of a config as is changed here; it has been read before. */
interface Config {
  readonly linux?: { readonly resources?: unknown };
}

const withResources = (config: Config, resources: unknown): Config => ({
  ...config,
  linux: { ...config.linux, resources },
});

function resourcesOf({ linux }: Spec): NonNullable<Spec['linux']['resources']> {
  return linux.resources ?? { hugepageLimits: [], rdma: {}, devices: [], unified: {} };
}

function noObject(): BerthError {
  return new BerthError('SPEC_INVALID', {
    message: 'the resources are no JSON object, wanted one such as {"memory": {"limit": 1048576}}',
    remedy: 'Correct the file; its form is that of "linux.resources" in a config.',
  });
}

/** With cgroup v2 a limit below what is used kills processes at once. */
async function checkMemory({ memoryCheck }: UpdatePlan): Promise<void> {
  if (memoryCheck === undefined) return;
  const used = Number(await readFile(memoryCheck.file, 'utf8'));
  if (used <= memoryCheck.limit) return;
  throw new BerthError('CGROUP_UPDATE_REFUSED', {
    message: `unable to set memory limit to ${memoryCheck.limit} (current usage: ${used}): 'memory.checkBeforeUpdate' is true`,
    remedy: 'Choose a limit above what the container uses, or leave "checkBeforeUpdate" out.',
    details: { field: 'linux.resources.memory.limit', limit: memoryCheck.limit, used },
  });
}
