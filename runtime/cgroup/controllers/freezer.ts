import type { CgroupFreezer } from '../cgroup-plan.ts';

/** https://docs.kernel.org/admin-guide/cgroup-v1/freezer-subsystem.html */
export function freezerV1(folder: string): CgroupFreezer {
  const file = `${folder}/freezer.state`;
  return { file, freeze: 'FROZEN', thaw: 'THAWED', frozen: { file, text: 'FROZEN' } };
}

/** Linux 5.2 and later: https://docs.kernel.org/admin-guide/cgroup-v2.html#core-interface-files */
export function freezerV2(folder: string): CgroupFreezer {
  const events = `${folder}/cgroup.events`;
  return {
    file: `${folder}/cgroup.freeze`,
    freeze: '1',
    thaw: '0',
    frozen: { file: events, text: 'frozen 1' },
  };
}
