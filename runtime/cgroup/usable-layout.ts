import { BerthError } from '../errors/berth-error.ts';
import type { Resources } from '../spec/resources.ts';
import type { Controller } from './controllers/controller.ts';
import { deviceAllowList } from './device-rules.ts';
import type { CgroupLayout, CgroupV1Layout, V1Controller } from './layout.ts';

/** A controller by its name in either version, and what a config asks of it. */
export type Limiting = readonly [string, Pick<Controller, 'asked'>];

/** What a plan is held against. */
interface Usable {
  readonly resources: Resources;
  readonly limiting: readonly Limiting[];
}

/**
 * Leaves the hierarchies out in which berth may not make anything: inside a container they are read-only, or belong to
 * root of the host. A container that asks for nothing goes without them.
 *
 * @throws SPEC_UNSUPPORTED naming what is asked of them.
 */
export function usableV1(layout: CgroupV1Layout, { resources, limiting }: Usable): CgroupV1Layout {
  const locked = layout.locked ?? new Set<V1Controller>();
  if (locked.size === 0) return layout;
  const names: ReadonlySet<string> = locked;
  const unlimited = limiting.filter(([name]) => names.has(name));
  refuseAsked({ resources, limiting: unlimited }, layout);
  const mounts = Object.entries(layout.mounts).filter(([name]) => !names.has(name));
  return { ...layout, mounts: Object.fromEntries(mounts) };
}

/** As `usableV1`, where no cgroup can be made at all. */
export function refuseAsked(
  { resources, limiting }: Usable,
  layout: Pick<CgroupLayout, 'limitsDevices'>,
): void {
  const asked = limiting.flatMap(([name, controller]) => {
    if (name !== 'devices') return controller.asked(resources);
    return asksForDevices(resources, layout) ? ['devices'] : [];
  });
  const fields = [...new Set(asked)].map((field) => `linux.resources.${field}`);
  if (fields.length === 0) return;
  throw new BerthError('SPEC_UNSUPPORTED', {
    message: `The config sets '${fields.join("', '")}', and berth may not make cgroups here: they are read-only, or belong to another user; wanted a config without, or cgroups that are berth's.`,
    remedy:
      'Leave the named fields out, or run the container that berth is in with writable cgroups of its own ("--privileged", "--cgroupns private").',
    details: { fields },
  });
}

/**
 * In a user namespace nobody can make a node, and so every rule is kept. Elsewhere all rules but "everything" count; a
 * config without any has not asked for what berth denies by itself.
 */
function asksForDevices(
  resources: Resources,
  { limitsDevices = true }: Pick<CgroupLayout, 'limitsDevices'>,
): boolean {
  if (!limitsDevices || resources.devices.length === 0) return false;
  const { base, rules } = deviceAllowList(resources.devices);
  return base !== 'allow' || rules.length > 0;
}
