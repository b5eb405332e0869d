import { describe, expect, it } from 'vitest';
import { parseHugePageSizes } from '../../../runtime/cgroup/huge-page-sizes.ts';
import type { ResourcesInput } from '../../../runtime/spec/resources.ts';
import { fullV1Layout, fullV2Layout, v1Layout, v2Layout } from './layouts.ts';
import { ownWrites, planned, reported } from './planned.ts';

const hugepageLimits = [
  { pageSize: '2MB', limit: 209_715_200 },
  { pageSize: '1GB', limit: 0 },
];
const network = { classID: 0x10_0001, priorities: [{ name: 'eth0', priority: 500 }] };
const rdma = {
  mlx5_1: { hcaHandles: 3, hcaObjects: 10_000 },
  rxe3: { hcaObjects: 0xffff_ffff },
};

describe('hierarchies of v1 that most containers are not in', () => {
  const names = (resources: ResourcesInput): readonly string[] =>
    planned(fullV1Layout, resources).hierarchies.map(({ name }) => name);
  const usual = names({});

  it('are left alone when nothing is asked of them', () => {
    expect(usual).toEqual([
      'memory',
      'cpu,cpuacct',
      'pids',
      'devices',
      'freezer',
      'cpuset',
      'blkio',
    ]);
    expect(planned(fullV1Layout, {})).toEqual(
      planned({ ...fullV1Layout, mounts: { ...v1Layout.mounts, blkio: '/cg/blkio' } }, {}),
    );
    expect(names({ network: { classID: 0 }, hugepageLimits: [], rdma: {} })).toEqual(usual);
  });

  it.each([
    ['hugetlb', { hugepageLimits }],
    ['net_cls,net_prio', { network: { classID: 1 } }],
    ['net_cls,net_prio', { network: { priorities: network.priorities } }],
    ['rdma', { rdma }],
  ] satisfies readonly (readonly [string, ResourcesInput])[])(
    'such as %s are made, joined and removed with %j',
    (name, resources) => {
      const plan = planned(fullV1Layout, resources);
      expect(names(resources)).toEqual([...usual, name]);
      expect(plan.create).toContain(`/cg/${name}/berth`);
      expect(plan.join).toContain(`/cg/${name}/berth/1234/tasks`);
      expect(plan.remove).toContain(`/cg/${name}/berth/1234`);
    },
  );

  it('may share their mount with one that every container is in', () => {
    const mounts = { ...v1Layout.mounts, hugetlb: '/cg/memory' };
    const { hierarchies } = planned({ ...v1Layout, mounts }, {});
    expect(hierarchies[0]?.controllers).toEqual(['memory', 'hugetlb']);
  });

  it('are reported when they are not mounted', () => {
    const plan = planned(v1Layout, { hugepageLimits, network, rdma });
    expect(reported(plan)).toEqual([
      'hugepageLimits',
      'network.classID',
      'network.priorities',
      'rdma.mlx5_1',
      'rdma.rxe3',
    ]);
    expect(plan.unsupported[1]?.reason).toContain('"net_cls" controller is not mounted');
  });
});

describe('hugepageLimits', () => {
  it('are written for pages in use and, where the kernel can, for reserved ones; 0 is a limit', () => {
    const plan = planned(fullV1Layout, { hugepageLimits });
    expect(ownWrites(plan, 'hugetlb')).toEqual([
      'hugetlb.2MB.limit_in_bytes=209715200',
      'hugetlb.2MB.rsvd.limit_in_bytes=209715200',
      'hugetlb.1GB.limit_in_bytes=0',
      'hugetlb.1GB.rsvd.limit_in_bytes=0',
    ]);
    const { writes } = plan;
    const rules = writes.filter(({ file }) => file.includes('.2MB.')).map((one) => one.onError);
    expect(rules).toEqual(['fail', 'ignore']);
  });

  it('have files of their own in v2', () => {
    const plan = planned(v2Layout, {
      hugepageLimits: [{ pageSize: '2MB', limit: 2n ** 64n - 1n }],
    });
    expect(ownWrites(plan, 'hugetlb')).toEqual([
      'hugetlb.2MB.max=18446744073709551615',
      'hugetlb.2MB.rsvd.max=18446744073709551615',
    ]);
    expect(plan.writes.map(({ value }) => value)).toContain('+hugetlb');
  });

  it.each([fullV1Layout, fullV2Layout])('refuse pages that the host does not have', (layout) => {
    const limits = [
      { pageSize: '2MB', limit: 0 },
      { pageSize: '64KB', limit: 0 },
    ];
    expect(() => planned(layout, { hugepageLimits: limits })).toThrow(
      `'linux.resources.hugepageLimits[1].pageSize' is "64KB", wanted a size of this host's huge pages: 2MB, 1GB`,
    );
    expect(() => planned({ ...layout, hugePageSizes: [] }, { hugepageLimits: limits })).toThrow(
      'this host has no huge pages',
    );
  });

  it('know the sizes from the folders of the kernel', () => {
    const folders = ['hugepages-1048576kB', 'hugepages-64kB', 'hugepages-2048kB', 'else'];
    expect(parseHugePageSizes(folders)).toEqual(['64KB', '2MB', '1GB']);
  });
});

describe('network', () => {
  it('goes to net_cls and net_prio', () => {
    expect(ownWrites(planned(fullV1Layout, { network }), 'net_')).toEqual([
      'net_cls.classid=1048577',
      'net_prio.ifpriomap=eth0 500',
    ]);
  });

  it('is reported in v2, which has neither', () => {
    const plan = planned(fullV2Layout, { network });
    expect(reported(plan)).toEqual(['network.classID', 'network.priorities']);
    expect(reported(planned(fullV2Layout, { network: { classID: 0 } }))).toEqual([]);
  });
});

describe('rdma', () => {
  it.each([fullV1Layout, fullV2Layout])('goes to rdma.max', (layout) => {
    expect(ownWrites(planned(layout, { rdma }), 'rdma')).toEqual([
      'rdma.max=mlx5_1 hca_handle=3 hca_object=10000',
      'rdma.max=rxe3 hca_object=max',
    ]);
  });

  it('is reported by device where there is no such controller', () => {
    expect(reported(planned(v2Layout, { rdma }))).toEqual(['rdma.mlx5_1', 'rdma.rxe3']);
  });
});
