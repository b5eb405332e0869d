import { describe, expect, it } from 'vitest';
import { cgroupControllers } from '../../../checks/cgroup.controllers.ts';
import { cgroupFreezer } from '../../../checks/cgroup.freezer.ts';
import { cgroupLimits } from '../../../checks/cgroup.limits.ts';
import { cgroupVersion } from '../../../checks/cgroup.version.ts';
import { fakeContext, refusal } from './fake-context.ts';

const mount = (point: string, type: string, options: string): string =>
  `30 20 0:26 / ${point} rw,nosuid shared:4 - ${type} ${type} rw,${options}\n`;
const v1 = (...controllers: readonly string[]): string =>
  controllers.map((name) => mount(`/sys/fs/cgroup/${name}`, 'cgroup', name)).join('');
const allV1 = v1('cpu,cpuacct', 'cpuset', 'memory', 'pids', 'blkio', 'freezer', 'hugetlb');
const v2 = mount('/sys/fs/cgroup', 'cgroup2', 'nsdelegate');

const unifiedHost = {
  '/proc/self/mountinfo': v2,
  '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory hugetlb pids\n',
  '/sys/fs/cgroup/cgroup.subtree_control': 'cpuset cpu io memory pids\n',
};
const legacyHost = {
  '/proc/self/mountinfo': allV1,
  '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
  '/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes': '1\n',
  '/sys/fs/cgroup/blkio/blkio.throttle.read_bps_device': '',
  '/sys/fs/cgroup/hugetlb/tasks': '',
};

/** Results of access(2) as the program replies with them: 0, or a negative errno. */
const presence = (...present: readonly boolean[]): Uint8Array =>
  new Uint8Array(new BigInt64Array(present.map((here) => (here ? 0n : -2n))).buffer);

describe('cgroup.version', () => {
  it.each([
    ['v2', v2, 'pass'],
    ['hybrid', v1('memory') + mount('/sys/fs/cgroup/unified', 'cgroup2', 'x'), 'pass'],
    ['v1', allV1, 'warn'],
    ['none', '20 1 8:1 / / rw - ext4 /dev/sda1 rw\n', 'fail'],
  ])('%s', async (version, mountinfo, status) => {
    const files = { '/proc/self/mountinfo': mountinfo };
    const outcome = await cgroupVersion.probe(fakeContext({ files }));
    expect(outcome).toMatchObject({ status, details: { version } });
  });

  it("prefers the standard place to a container's own mount", async () => {
    const mountinfo = mount('/srv/chroot/sys/fs/cgroup', 'cgroup2', 'x') + v2;
    const outcome = await cgroupVersion.probe(
      fakeContext({ files: { '/proc/self/mountinfo': mountinfo } }),
    );
    expect(outcome).toMatchObject({ details: { unified: '/sys/fs/cgroup' } });
  });
});

describe('cgroup.controllers', () => {
  it.each([
    ['v2', unifiedHost],
    ['v1', legacyHost],
  ])('passes on %s', async (_what, files) => {
    expect((await cgroupControllers.probe(fakeContext({ files }))).status).toBe('pass');
  });

  it('adds up a hybrid host', async () => {
    const files = {
      '/proc/self/mountinfo':
        v1('cpu', 'cpuset', 'memory') + mount('/sys/fs/cgroup/unified', 'cgroup2', 'x'),
      '/sys/fs/cgroup/unified/cgroup.controllers': 'pids io\n',
    };
    expect((await cgroupControllers.probe(fakeContext({ files }))).status).toBe('pass');
  });

  it('tells that memory is switched off (Raspberry Pi OS)', async () => {
    const files = {
      '/proc/self/mountinfo': v2,
      '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io pids\n',
      '/proc/cgroups': '#subsys_name\thierarchy\tnum_cgroups\tenabled\nmemory\t0\t65\t0\n',
    };
    const outcome = await cgroupControllers.probe(fakeContext({ files }));
    expect(outcome).toMatchObject({ status: 'fail', details: { missing: ['memory'] } });
    expect(outcome).toHaveProperty('remedy', expect.stringContaining('cgroup_enable=memory'));
  });

  it('tells that they are only not mounted', async () => {
    const row = (name: string): string => `${name}\t0\t1\t1\n`;
    const files = { '/proc/cgroups': ['cpu', 'cpuset', 'memory', 'pids'].map(row).join('') };
    const outcome = await cgroupControllers.probe(fakeContext({ files }));
    expect(outcome).toHaveProperty('remedy', expect.stringContaining('mount cgroup v2'));
  });

  it('only warns without io', async () => {
    const files = { '/proc/self/mountinfo': v1('cpu', 'cpuset', 'memory', 'pids') };
    expect((await cgroupControllers.probe(fakeContext({ files }))).status).toBe('warn');
  });
});

describe('cgroup.freezer', () => {
  it('takes the v1 freezer without making a cgroup', async () => {
    const program = (): never => {
      throw new Error('nothing may be run');
    };
    const outcome = await cgroupFreezer.probe(fakeContext({ files: legacyHost, program }));
    expect(outcome.status).toBe('pass');
  });

  it.each([
    ['has cgroup.freeze', true, 'pass'],
    ['lacks it (before Linux 5.2)', false, 'fail'],
  ])('a new v2 cgroup %s', async (_what, present, status) => {
    const program = (): Uint8Array => presence(present);
    const outcome = await cgroupFreezer.probe(fakeContext({ files: unifiedHost, program }));
    expect(outcome.status).toBe(status);
  });

  it('fails when no cgroup can be made', async () => {
    const program = (): never => {
      throw refusal('make cgroup', 'EROFS');
    };
    const outcome = await cgroupFreezer.probe(fakeContext({ files: unifiedHost, program }));
    expect(outcome).toMatchObject({ status: 'fail', details: { errno: 'EROFS' } });
  });

  it('fails with no hierarchy at all', async () => {
    expect((await cgroupFreezer.probe(fakeContext())).status).toBe('fail');
  });
});

describe('cgroup.limits', () => {
  it('finds all on v1', async () => {
    const outcome = await cgroupLimits.probe(fakeContext({ files: legacyHost }));
    expect(outcome).toMatchObject({ status: 'pass', seen: 'all of them' });
  });

  it('misses swap accounting on v1 and says how to boot', async () => {
    const files: Record<string, string> = { ...legacyHost };
    delete files['/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes'];
    const outcome = await cgroupLimits.probe(fakeContext({ files }));
    expect(outcome).toMatchObject({ status: 'warn', seen: 'without swap accounting' });
    expect(outcome).toHaveProperty('remedy', expect.stringContaining('swapaccount=1'));
  });

  it('looks into a new cgroup on v2', async () => {
    const program = (): Uint8Array => presence(true, false, true);
    const outcome = await cgroupLimits.probe(fakeContext({ files: unifiedHost, program }));
    expect(outcome).toMatchObject({
      status: 'warn',
      details: { 'cpu-quota': 'present', 'swap-accounting': 'missing', 'huge-pages': 'present' },
    });
  });

  it('does not take a controller that is not handed down for a missing one', async () => {
    const files = { ...unifiedHost, '/sys/fs/cgroup/cgroup.subtree_control': '\n' };
    const program = (): Uint8Array => presence(false, false, false);
    const outcome = await cgroupLimits.probe(fakeContext({ files, program }));
    expect(outcome).toMatchObject({ status: 'pass', details: { 'cpu-quota': 'unknown' } });
  });
});
