import { checkCgroupMessages as m } from '../messages/areas/checks-cgroups.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import { cgroupFiles } from './probes/cgroup-files.ts';
import { readCgroupLayout } from './probes/cgroup-layout.ts';
import type { CgroupLayout } from './probes/cgroup-layout.ts';
import { joinClauses } from './probes/join-texts.ts';

/** A kind of limit that kernels may be built or booted without. */
interface LimitKind {
  /** Stable name, in `details`. */
  readonly id: string;
  readonly name: () => string;
  readonly remedy: () => string;
  /** v1 controller and the file that its root cgroup has; none: the controller itself will do. */
  readonly legacy: { readonly controller: string; readonly file?: string };
  /** v2 controller and the file that a cgroup with it has; none: the controller itself will do. */
  readonly unified: { readonly controller: string; readonly file?: string };
}

const limitKinds: readonly LimitKind[] = [
  {
    id: 'cpu-quota',
    name: m.limitsCpu,
    remedy: m.limitsCpuRemedy,
    legacy: { controller: 'cpu', file: 'cpu.cfs_quota_us' },
    unified: { controller: 'cpu', file: 'cpu.max' },
  },
  {
    id: 'swap-accounting',
    name: m.limitsSwap,
    remedy: m.limitsSwapRemedy,
    legacy: { controller: 'memory', file: 'memory.memsw.limit_in_bytes' },
    unified: { controller: 'memory', file: 'memory.swap.max' },
  },
  {
    id: 'huge-pages',
    name: m.limitsHuge,
    remedy: m.limitsHugeRemedy,
    legacy: { controller: 'hugetlb' },
    unified: { controller: 'hugetlb' },
  },
  {
    id: 'disk-throttling',
    name: m.limitsDisk,
    remedy: m.limitsDiskRemedy,
    legacy: { controller: 'blkio', file: 'blkio.throttle.read_bps_device' },
    unified: { controller: 'io', file: 'io.max' },
  },
];

/** Which of the less common limits the kernel can set. */
export const cgroupLimits: Check = {
  id: 'cgroup.limits',
  title: m.limitsTitle,
  group: 'cgroups',
  wanted: () => names(limitKinds),
  why: m.limitsWhy,
  severity: 'warn',
  privilege: 'root',
  async probe(context) {
    const layout = await readCgroupLayout(context.files);
    const found = await findLimits(context, layout);
    const missing = limitKinds.filter((kind) => found.get(kind) === 'missing');
    const unknown = limitKinds.filter((kind) => found.get(kind) === 'unknown');
    const details = Object.fromEntries(limitKinds.map((kind) => [kind.id, found.get(kind)]));
    if (missing.length > 0) {
      return {
        status: 'warn',
        seen: m.limitsWithout({ names: names(missing) }),
        remedy: m.limitsGoOn({ remedies: joinClauses(missing.map(({ remedy }) => remedy())) }),
        details,
      };
    }
    if (unknown.length === 0) return { status: 'pass', seen: m.limitsAll(), details };
    const note = m.limitsUnknown({ names: names(unknown) });
    return { status: 'pass', seen: m.limitsNoneMissing(), note, details };
  },
};

const names = (kinds: readonly LimitKind[]): string => kinds.map(({ name }) => name()).join(', ');

type Presence = 'present' | 'missing' | 'unknown';

async function findLimits(
  context: CheckContext,
  layout: CgroupLayout,
): Promise<ReadonlyMap<LimitKind, Presence>> {
  const presences = new Map<LimitKind, Presence>();
  const inUnified: LimitKind[] = [];
  for (const kind of limitKinds) {
    const { controller, file } = kind.legacy;
    const mounted = layout.legacy.get(controller);
    if (mounted !== undefined) {
      const there =
        file === undefined || (await context.files.kind(`${mounted}/${file}`)) !== undefined;
      presences.set(kind, there ? 'present' : 'missing');
    } else if (!layout.unifiedControllers.has(kind.unified.controller)) {
      presences.set(kind, 'missing');
    } else if (kind.unified.file === undefined) {
      presences.set(kind, 'present');
    } else {
      inUnified.push(kind);
    }
  }
  for (const [kind, presence] of await findUnified(context, layout, inUnified)) {
    presences.set(kind, presence);
  }
  return presences;
}

/** A new cgroup has the files of those controllers only that its parent hands down (cgroup.subtree_control). */
async function findUnified(
  context: CheckContext,
  { unified }: CgroupLayout,
  kinds: readonly LimitKind[],
): Promise<readonly (readonly [LimitKind, Presence])[]> {
  if (unified === undefined || kinds.length === 0) return [];
  const control = (await context.files.readText(`${unified}/cgroup.subtree_control`)) ?? '';
  const handedDown = new Set(control.split(/\s+/));
  const files = kinds.flatMap((kind) => kind.unified.file ?? []);
  const found = await cgroupFiles(context, unified, files);
  return kinds.map((kind) => {
    const { controller, file } = kind.unified;
    if (found.kind === 'refused' || !handedDown.has(controller)) return [kind, 'unknown'] as const;
    const there = file === undefined || found.names.has(file);
    return [kind, there ? 'present' : 'missing'] as const;
  });
}
