import { readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CgroupV2Layout } from '../../../runtime/cgroup/layout.ts';
import { detectCgroups } from '../../../runtime/cgroup/detect.ts';
import { readHostFacts } from '../../../runtime/launch/host-facts.ts';
import { MonitorConnection } from '../../../runtime/launch/monitor/connection.ts';
import { planStart } from '../../../runtime/launch/plan-start.ts';
import { FilterCache } from '../../../runtime/launch/seccomp/filter-cache.ts';
import { startProgram } from '../../../runtime/launch/start-program.ts';
import type { ResourcesInput } from '../../../runtime/spec/resources.ts';
import { Machine, records } from '../launch/machine.ts';
import { unifiedMount } from './unified-mount.ts';

const mount = unifiedMount() ?? '';

/** Controllers that v2 has here: on a hybrid host those that v1 has not mounted. */
function controllers(): readonly string[] {
  if (mount === '') return [];
  return readFileSync(`${mount}/cgroup.controllers`, 'utf8').trim().split(' ');
}

describe.skipIf(!controllers().includes('hugetlb'))('limits of huge pages in cgroup v2', () => {
  const parent = `/berth-test-${process.pid}`;
  let machine: Machine;
  let sizes: readonly string[];
  let enabled: string;
  beforeAll(async () => {
    machine = await Machine.create();
    sizes = (await detectCgroups()).hugePageSizes;
    enabled = readFileSync(`${mount}/cgroup.subtree_control`, 'utf8');
  });
  afterAll(async () => {
    await machine.dispose();
  });
  afterEach(() => {
    // Fails when the container's own folder was left in it.
    rmdirSync(`${mount}${parent}`);
    if (enabled.includes('hugetlb')) return;
    writeFileSync(`${mount}/cgroup.subtree_control`, '-hugetlb');
  });

  /** Starts a container as on a host with cgroup v2 alone; gives what the files of its cgroup say. */
  async function read(resources: ResourcesInput, files: readonly string[]): Promise<string> {
    const facts = await readHostFacts();
    const cgroups: CgroupV2Layout = {
      version: 'v2',
      mount,
      controllers: new Set(['hugetlb']),
      hugePageSizes: sizes,
    };
    const script = `exec 2>&1; cd /sys/fs/cgroup; cat ${files.join(' ')}`;
    const request = machine.request(['sh', '-c', script], {
      linux: { resources, cgroupsPath: `${parent}/container` },
    });
    const { plan, warnings } = await planStart(request, {
      host: { ...facts, cgroups },
      filters: new FilterCache(facts.architecture),
    });
    expect(warnings).toEqual([]);
    await machine.launcher.spawn(startProgram(plan, { ...request, name: 'start' }));
    await (
      await MonitorConnection.open(request.runDir)
    )?.closed;
    return records(request.logFile)
      .map(({ payload }) => payload)
      .join('');
  }

  it('are set for pages in use and for reserved ones', async (context) => {
    const [pageSize = ''] = sizes;
    if (pageSize === '') return context.skip('this kernel has no huge pages');
    const files = ['max', 'rsvd.max'].map((end) => `hugetlb.${pageSize}.${end}`);
    const limit = 2 ** 31;
    const text = await read({ hugepageLimits: [{ pageSize, limit }] }, files);
    expect(text).toBe(`${limit}\n${limit}\n`);
  });

  it('are set by "unified" too, which has the controller enabled', async (context) => {
    const [pageSize = ''] = sizes;
    if (pageSize === '') return context.skip('this kernel has no huge pages');
    const file = `hugetlb.${pageSize}.max`;
    expect(await read({ unified: { [file]: '0' } }, [file])).toBe('0\n');
  });
});
