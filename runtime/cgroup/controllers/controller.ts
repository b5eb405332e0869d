import type { Resources } from '../../spec/resources.ts';
import type { CgroupReport, CgroupWrite, ControllerPlan } from '../cgroup-plan.ts';
import type { CgroupV1Layout, CgroupV2Layout } from '../layout.ts';

/** What a controller needs to know in cgroup v1. */
export interface V1Request {
  /** The container's folder in the controller's hierarchy. */
  readonly folder: string;
  readonly resources: Resources;
  readonly layout: CgroupV1Layout;
}

/** What a controller needs to know in cgroup v2. */
export interface V2Request {
  /** The container's folder. */
  readonly folder: string;
  readonly resources: Resources;
  readonly layout: CgroupV2Layout;
}

/** One controller: which limits it has, and how they are written in either version. Pure. */
export interface Controller {
  /** Fields of `linux.resources` that this host needs the controller for; empty when nothing is asked of it. */
  readonly asked: (resources: Resources) => readonly string[];
  readonly v1: (request: V1Request) => ControllerPlan;
  readonly v2: (request: V2Request) => ControllerPlan;
}

/** A plan that does nothing. */
export const nothing: ControllerPlan = { writes: [], reports: [] };

/** What a write says about itself, and what happens when it goes wrong. */
interface WriteOptions {
  readonly label: string;
  readonly onError?: CgroupWrite['onError'];
  readonly orElse?: CgroupWrite | undefined;
}

/** Writes `value` to a file of `folder`; none when the value is absent. */
export function write(
  folder: string,
  file: string,
  value: string | number | undefined,
  options: WriteOptions,
): readonly CgroupWrite[] {
  if (value === undefined) return [];
  const { label, onError = 'fail', orElse } = options;
  const own = { file: `${folder}/${file}`, value: String(value), label, onError };
  return [orElse === undefined ? own : { ...own, orElse }];
}

/** Reports that a field is not carried out; nothing when it was not set. */
export function report(value: unknown, field: string, reason: string): readonly CgroupReport[] {
  if (value === undefined || value === false) return [];
  return [{ field: `linux.resources.${field}`, reason }];
}

/** Which of the named fields are set, as `memory.limit`. */
export function fieldsSet(name: string, values: object | undefined): readonly string[] {
  return Object.entries(values ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([field]) => `${name}.${field}`);
}
