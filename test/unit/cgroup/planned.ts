import type { CgroupPlan } from '../../../runtime/cgroup/cgroup-plan.ts';
import type { CgroupLayout } from '../../../runtime/cgroup/layout.ts';
import { planCgroup } from '../../../runtime/cgroup/plan.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';
import type { ResourcesInput } from '../../../runtime/spec/resources.ts';

/** The plan for a config's limits, in `/berth/1234`. */
export function planned(layout: CgroupLayout, resources: ResourcesInput): CgroupPlan {
  const spec = parseSpec({
    ociVersion: '1.2.1',
    process: { user: { uid: 0, gid: 0 }, args: ['/hello'], cwd: '/' },
    root: { path: 'rootfs' },
    linux: { resources },
  });
  return planCgroup({ layout, path: '/berth/1234', resources: spec.linux.resources });
}

/** The writes to files with this beginning in the container's own folders, as `file=value`. */
export function ownWrites({ writes }: CgroupPlan, prefix: string): readonly string[] {
  return writes
    .filter(({ file }) => file.includes(`/berth/1234/${prefix}`))
    .map(({ file, value }) => `${file.split('/').at(-1) ?? ''}=${value}`);
}

/** What is reported, without the `linux.resources.` of its field. */
export function reported({ unsupported }: CgroupPlan): readonly string[] {
  return unsupported.map(({ field }) => field.replace('linux.resources.', ''));
}
