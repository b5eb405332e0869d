import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TestContext } from 'vitest';
import { detectCgroups } from '../../../runtime/cgroup/detect.ts';
import type { CgroupLayout, V1Controller } from '../../../runtime/cgroup/layout.ts';
import type { ResourcesInput } from '../../../runtime/spec/resources.ts';
import { writeWhenFree } from '../../support/write-when-free.ts';
import { Machine } from '../launch/machine.ts';
import { SideHierarchies } from './side-hierarchy.ts';

const parent = `/berth-test-${process.pid}`;

describe('limits of a container, as the kernel has them', () => {
  let machine: Machine;
  let layout: CgroupLayout;
  let hierarchies: SideHierarchies;

  beforeAll(async () => {
    hierarchies = new SideHierarchies();
    hierarchies.mount('hugetlb');
    hierarchies.mount('net_cls', 'net_prio');
    hierarchies.mount('rdma');
    layout = await detectCgroups();
    machine = await Machine.create();
  });
  afterEach(() => {
    // Fails when a container's own folder was left in it.
    for (const folder of mounts()) removeParent(`${folder}${parent}`);
  });
  afterAll(async () => {
    await machine.dispose();
    hierarchies.unmount();
  });

  function mounts(): readonly string[] {
    return layout.version === 'v2' ? [layout.mount] : [...new Set(Object.values(layout.mounts))];
  }

  /** The name of a controller's folder in the container; skips the test where the host has none. */
  function hierarchyOf(controller: V1Controller, context: TestContext): string {
    const mount = layout.version === 'v2' ? undefined : layout.mounts[controller];
    if (mount === undefined) context.skip(`this host has no hierarchy of "${controller}"`);
    return `/sys/fs/cgroup/${mount.split('/').at(-1) ?? ''}`;
  }

  /** Skips the test where the kernel has no such file. */
  function needs(file: string, context: TestContext): void {
    const has = layout.version !== 'v2' && layout.files.has(file);
    if (!has) context.skip(`this kernel has no "${file}"`);
  }

  /** What the folder of berth's containers was given it keeps as long as it is there, and the tests keep it. */
  function takeRealtimeBack(): void {
    const cpu = layout.version === 'v2' ? undefined : layout.mounts.cpu;
    const file = `${cpu ?? ''}/berth/cpu.rt_runtime_us`;
    if (existsSync(file)) writeWhenFree(file, '0');
  }

  /** Starts a container with these limits; gives what it reads in the files, and what it was warned of. */
  async function read(
    resources: ResourcesInput,
    folder: string,
    files: readonly string[],
  ): Promise<{ readonly values: readonly string[]; readonly warnings: readonly string[] }> {
    const script = `cd ${folder}; for file in ${files.join(' ')}; do cat $file; echo ---; done`;
    const request = machine.request(['sh', '-c', script], {
      linux: { resources, cgroupsPath: `${parent}/container` },
    });
    const { stdout, stderr, warnings } = await machine.finish(request);
    expect(stderr).toBe('');
    const values = stdout.split('---\n').slice(0, -1);
    return { values: values.map((value) => value.trim()), warnings };
  }

  it('blockIO', async (context) => {
    const folder = hierarchyOf('blkio', context);
    needs('blkio.throttle.read_bps_device', context);
    const disk = anyDisk();
    if (disk === undefined) return context.skip('this host has no disk');
    const device = { major: disk[0], minor: disk[1] };
    const name = disk.join(':');
    const files = ['read_bps', 'write_bps', 'read_iops', 'write_iops'];
    const { values, warnings } = await read(
      {
        blockIO: {
          throttleReadBpsDevice: [{ ...device, rate: 104_857_600 }],
          throttleWriteBpsDevice: [{ ...device, rate: 2n ** 64n - 2n }],
          throttleReadIOPSDevice: [{ ...device, rate: 1000 }],
          throttleWriteIOPSDevice: [{ ...device, rate: 0 }],
        },
      },
      folder,
      files.map((file) => `blkio.throttle.${file}_device`),
    );
    expect(values).toEqual([
      `${name} 104857600`,
      `${name} 18446744073709551614`,
      `${name} 1000`,
      '',
    ]);
    expect(warnings).toEqual([]);
  });

  it('weights of blockIO', async (context) => {
    const folder = hierarchyOf('blkio', context);
    needs('blkio.bfq.io_service_bytes', context);
    const resources = { blockIO: { weight: 321, leafWeight: 10 } };
    const { values, warnings } = await read(resources, folder, ['blkio.bfq.weight']);
    expect(values).toEqual(['321']);
    expect(warnings).toEqual([expect.stringContaining('"linux.resources.blockIO.leafWeight"')]);
  });

  it('a disk that does not exist stops the start', async (context) => {
    hierarchyOf('blkio', context);
    needs('blkio.throttle.read_bps_device', context);
    const throttleReadBpsDevice = [{ major: 4095, minor: 77, rate: 1000 }];
    await expect(read({ blockIO: { throttleReadBpsDevice } }, '/', [])).rejects.toThrow(
      'limit bytes read of device 4095:77 to 1000 a second: ENODEV',
    );
  });

  it('hugepageLimits', async (context) => {
    const folder = hierarchyOf('hugetlb', context);
    const [pageSize = ''] = layout.hugePageSizes;
    if (pageSize === '') return context.skip('this kernel has no huge pages');
    const files = ['limit_in_bytes', 'rsvd.limit_in_bytes'].map(
      (end) => `hugetlb.${pageSize}.${end}`,
    );
    const limit = 2 ** 30;
    const { values, warnings } = await read(
      { hugepageLimits: [{ pageSize, limit }] },
      folder,
      files,
    );
    expect(values).toEqual([String(limit), String(limit)]);
    expect(warnings).toEqual([]);
  });

  it('network', async (context) => {
    const folder = hierarchyOf('net_prio', context);
    hierarchyOf('net_cls', context);
    const network = { classID: 0x10_0001, priorities: [{ name: 'lo', priority: 77 }] };
    const files = ['net_cls.classid', 'net_prio.ifpriomap'];
    const { values, warnings } = await read({ network }, folder, files);
    expect(values[0]).toBe('1048577');
    expect(values[1]?.split('\n')).toContain('lo 77');
    expect(warnings).toEqual([]);
  });

  it('rdma', async (context) => {
    hierarchyOf('rdma', context);
    const rdma = { none: { hcaHandles: 3 } };
    // Machines for tests have no such device, and the kernel says so.
    await expect(read({ rdma }, '/', [])).rejects.toThrow(
      'limit RDMA of none hca_handle=3: ENODEV',
    );
  });

  it('real-time, below a folder that had none', async (context) => {
    const folder = hierarchyOf('cpu', context);
    needs('cpu.rt_runtime_us', context);
    takeRealtimeBack();
    const cpu = { realtimeRuntime: 1000, realtimePeriod: 500_000 };
    const files = ['cpu.rt_runtime_us', 'cpu.rt_period_us'];
    // A cgroup of an earlier test that has been removed may still have all there is, until the kernel has let go of it (EINVAL).
    const patience = { timeout: 10_000, interval: 100 };
    const { values, warnings } = await vi.waitFor(() => read({ cpu }, folder, files), patience);
    expect(values).toEqual(['1000', '500000']);
    expect(warnings).toEqual([]);
  });

  it('real-time, where another cgroup has some of what the root has', async (context) => {
    const folder = hierarchyOf('cpu', context);
    needs('cpu.rt_runtime_us', context);
    takeRealtimeBack();
    const mount = mounts().find((one) => one.endsWith(folder.replace('/sys/fs/cgroup/', ''))) ?? '';
    const other = `${mount}${parent}-other`;
    mkdirSync(other);
    try {
      writeWhenFree(`${other}/cpu.rt_runtime_us`, '20000');
      const cpu = { realtimeRuntime: 1000, realtimePeriod: 500_000 };
      const { values } = await read({ cpu }, folder, ['cpu.rt_runtime_us']);
      expect(values).toEqual(['1000']);
      expect(readFileSync(`${mount}${parent}/cpu.rt_runtime_us`, 'utf8')).toBe('2000\n');
    } finally {
      rmdirSync(other);
    }
  });

  it('memory of the kernel', async (context) => {
    const folder = hierarchyOf('memory', context);
    needs('memory.kmem.tcp.limit_in_bytes', context);
    const memory = { kernel: 2 ** 26, kernelTCP: 2 ** 20, useHierarchy: true };
    const files = ['memory.kmem.tcp.limit_in_bytes', 'memory.use_hierarchy'];
    const { values, warnings } = await read({ memory }, folder, files);
    expect(values).toEqual([String(2 ** 20), '1']);
    const isLimited = layout.version !== 'v2' && layout.memory.limitsKernel;
    expect(warnings).toEqual(isLimited ? [] : [expect.stringContaining('memory.kernel"')]);
  });

  it('are those of cgroup v2 on a host that has it, though net_cls of v1 is mounted beside it', async (context) => {
    hierarchyOf('net_cls', context);
    const lines = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => / - cgroup2 |net_cls/.test(line));
    if (lines.length < 2) return context.skip('this host has no cgroup v2 beside v1');
    const file = join(machine.folder, 'mountinfo');
    writeFileSync(file, lines.join('\n'));
    expect(await detectCgroups(file)).toMatchObject({ version: 'v2' });
  });
});

function removeParent(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Major and minor number of a disk that can be throttled. */
function anyDisk(): readonly [number, number] | undefined {
  for (const name of readdirSync('/sys/block')) {
    const [major = 0, minor = 0] = readFileSync(`/sys/block/${name}/dev`, 'utf8')
      .trim()
      .split(':')
      .map(Number);
    return [major, minor];
  }
  return undefined;
}
