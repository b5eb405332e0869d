import { posix } from 'node:path';
import { unifiedJoin } from '../../cgroup/cgroup-plan.ts';
import { BerthError } from '../../errors/berth-error.ts';
import { exists } from '../../host/files.ts';
import type { ExecPlan } from './exec-plan.ts';

/** A cgroup below the container's own, for a process that is executed there. */
export interface SubCgroup {
  /** Of cgroup v1, in whose hierarchies it is; empty: in all. */
  readonly controllers: readonly string[];
  /** From the container's cgroup on. */
  readonly path: string;
}

/** One hierarchy of the container. */
interface Place {
  readonly controllers: readonly string[];
  readonly folder: string;
  readonly kind: 'v1' | 'unified';
}

/**
 * The cgroups of a process below those of its container. Where no controllers are named, it stays in the container's own
 * in those hierarchies of cgroup v1 that do not have the folder; one at least has to.
 *
 * @throws CGROUP_PATH_INVALID not below the container's, not there, or a controller that the container has not.
 */
export async function inSubCgroups(
  cgroup: ExecPlan['cgroup'],
  asked: readonly SubCgroup[],
): Promise<ExecPlan['cgroup']> {
  const present = await withoutMissing(cgroup);
  if (asked.length === 0) return present;
  const places = placesOf(present);
  refuseUnknown(places, asked);
  const chosen = await Promise.all(places.map((place) => choose(place, asked)));
  refuseMissing(chosen, asked);
  const unified = chosen.find(({ kind }) => kind === 'unified')?.folder;
  return { ...present, join: chosen.map(joinFile), unified };
}

/** On a hybrid host a container that berth's engine has started is not in cgroup v2. */
async function withoutMissing(cgroup: ExecPlan['cgroup']): Promise<ExecPlan['cgroup']> {
  const { join, unified } = cgroup;
  if (unified === undefined || join.length === 1 || (await exists(unified))) return cgroup;
  const left = join.filter((file) => file !== unifiedJoin(unified));
  return { ...cgroup, join: left, unified: undefined };
}

function placesOf({ hierarchies, unified }: ExecPlan['cgroup']): readonly Place[] {
  const v1 = hierarchies.filter(({ controllers }) => controllers.length > 0);
  return [
    ...v1.map(({ controllers, folder }) => ({ controllers, folder, kind: 'v1' as const })),
    ...(unified === undefined
      ? []
      : [{ controllers: [], folder: unified, kind: 'unified' as const }]),
  ];
}

function refuseUnknown(places: readonly Place[], asked: readonly SubCgroup[]): void {
  const known = new Set(places.flatMap(({ controllers }) => controllers));
  for (const name of asked.flatMap(({ controllers }) => controllers)) {
    if (known.has(name)) continue;
    const wanted = known.size === 0 ? 'no controllers with cgroup v2' : [...known].join(', ');
    throw invalid(`unknown controller "${name}" in --cgroup, wanted ${wanted}`);
  }
}

interface Chosen extends Place {
  /** What was asked for here. */
  readonly sub: SubCgroup | undefined;
  readonly isThere: boolean;
}

async function choose(place: Place, asked: readonly SubCgroup[]): Promise<Chosen> {
  const sub =
    asked.find(({ controllers }) => controllers.some((name) => place.controllers.includes(name))) ??
    asked.find(({ controllers }) => controllers.length === 0);
  if (sub === undefined) return { ...place, sub, isThere: true };
  const folder = below(place.folder, sub.path);
  const isThere = await exists(joinFile({ ...place, folder }));
  const stays = !isThere && sub.controllers.length === 0;
  return { ...place, folder: stays ? place.folder : folder, sub, isThere };
}

function below(folder: string, path: string): string {
  if (!path.split('/').includes('..')) return posix.join(folder, path).replace(/\/$/, '');
  throw invalid(`\`..\` components are not allowed: ${path} is not a sub cgroup path`);
}

function refuseMissing(chosen: readonly Chosen[], asked: readonly SubCgroup[]): void {
  for (const sub of asked) {
    const places = chosen.filter((each) => each.sub === sub);
    const missing = places.find(({ isThere }) => !isThere);
    const isEnough = sub.controllers.length === 0 && places.some(({ isThere }) => isThere);
    if (missing === undefined || isEnough) continue;
    const folder = sub.controllers.length === 0 ? below(missing.folder, sub.path) : missing.folder;
    throw invalid(
      `error adding pid of the process to cgroups: open ${folder}/cgroup.procs: no such file or directory`,
    );
  }
}

function joinFile({ folder, kind }: Pick<Place, 'folder' | 'kind'>): string {
  return kind === 'v1' ? `${folder}/tasks` : unifiedJoin(folder);
}

function invalid(message: string): BerthError {
  return new BerthError('CGROUP_PATH_INVALID', {
    message,
    remedy:
      'Name a cgroup that the container has made below its own: "PATH", or with cgroup v1 "CONTROLLER[,CONTROLLER]:PATH".',
    details: { field: '--cgroup' },
  });
}
