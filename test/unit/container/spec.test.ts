import { describe, expect, test } from 'vitest';

import { completeHostConfig } from '../../../runtime/container/create/complete-host-config.ts';
import { mergeImageConfig } from '../../../runtime/container/create/merge-image-config.ts';
import type { ContainerRecord } from '../../../runtime/container/model/container-record.ts';
import { newContainerId } from '../../../runtime/container/model/container-id.ts';
import { initialState } from '../../../runtime/container/model/container-state.ts';
import { parseBindString } from '../../../runtime/container/spec/bind-string.ts';
import { buildSpec } from '../../../runtime/container/spec/build-spec.ts';
import { containerCapabilities } from '../../../runtime/container/spec/capability-set.ts';
import { containerMounts } from '../../../runtime/container/spec/container-mounts.ts';
import { programEnvironment } from '../../../runtime/container/spec/environment.ts';
import {
  hostsFile,
  parseExtraHost,
  resolvConfFile,
} from '../../../runtime/container/spec/network-files.ts';
import { parseSecurityOptions } from '../../../runtime/container/spec/security-options.ts';
import { containerDevices } from '../../../runtime/container/spec/spec-devices.ts';
import { specResources } from '../../../runtime/container/spec/spec-resources.ts';
import { specRlimits } from '../../../runtime/container/spec/spec-rlimits.ts';
import { folderOf } from '../../../runtime/container/store/container-paths.ts';
import { capabilityNames } from '../../../runtime/launch/process/capabilities.ts';
import { digestOf } from '../../../runtime/image/digest.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';
import type { Spec } from '../../../runtime/spec/spec.ts';
import { requestWith } from './create-request.ts';

type Fields = Readonly<Record<string, unknown>>;

function recordWith(config: Fields = {}, hostConfig: Fields = {}): ContainerRecord {
  const request = requestWith({ Cmd: ['prog'], ...config }, hostConfig);
  const id = newContainerId();
  return {
    version: 1,
    id,
    name: 'test',
    createdMs: 1,
    imageId: digestOf('image'),
    config: mergeImageConfig(request.config, {}, 'host'),
    hostConfig: completeHostConfig(request.hostConfig, { init: false }, '2'),
    state: initialState,
    restartCount: 0,
    manuallyStopped: false,
    restartCancelled: false,
  };
}

async function specWith(
  config: Fields = {},
  hostConfig: Fields = {},
  user: Partial<Parameters<typeof buildSpec>[0]['user']> = {},
): Promise<Spec> {
  const record = recordWith(config, hostConfig);
  return buildSpec({
    record,
    folder: folderOf(
      { dataFolder: '/data', volumesFolder: '/volumes', runFolder: '/run' },
      record.id,
    ),
    user: { uid: 0, gid: 0, additionalGids: [0], home: '/root', ...user },
    devices: await containerDevices(record.hostConfig),
    hasSubmounts: (path) => path === '/deep',
    volumePath: (name) => `/volumes/${name}/_data`,
    available: capabilityNames,
  });
}

const mountAt = (spec: Spec, path: string) =>
  spec.mounts.find(({ destination }) => destination === path);

describe('buildSpec', () => {
  test('is what the OCI specification allows, and parses to itself', async () => {
    const spec = await specWith({ Tty: true }, { Memory: 2 ** 26, PidsLimit: 5 });
    expect(parseSpec(spec)).toEqual(spec);
  });

  test('has new namespaces, unless the host is asked for', async () => {
    const types = (spec: Spec): readonly string[] => spec.linux.namespaces.map(({ type }) => type);
    expect(types(await specWith())).toEqual(['mount', 'pid', 'ipc', 'uts', 'cgroup', 'network']);
    const modes = {
      PidMode: 'host',
      IpcMode: 'host',
      UTSMode: 'host',
      CgroupnsMode: 'host',
      NetworkMode: 'host',
    };
    const shared = await specWith({}, modes);
    expect(types(shared)).toEqual(['mount']);
    expect(shared.hostname).toBeUndefined();
    expect(shared.linux.sysctl).toEqual({});
  });

  test('takes all capabilities of a user that is not root, but lets setuid programs have them', async () => {
    const { process } = await specWith({}, {}, { uid: 1000 });
    expect(process.capabilities?.effective).toEqual([]);
    expect(process.capabilities?.permitted).toEqual([]);
    expect(process.capabilities?.bounding).toContain('CAP_CHOWN');
  });

  test('of a privileged container hides nothing and filters nothing', async () => {
    const spec = await specWith({}, { Privileged: true });
    expect(spec.linux.seccomp).toBeUndefined();
    expect(spec.linux.maskedPaths).toEqual([]);
    expect(spec.linux.readonlyPaths).toEqual([]);
    expect(mountAt(spec, '/sys')?.options).not.toContain('ro');
    expect(spec.linux.devices.map(({ path }) => path)).toContain('/dev/null');
    expect(spec.linux.resources?.devices).toEqual([{ allow: true, type: 'a', access: 'rwm' }]);
  });

  test('has cgroups that may be written to as SecurityOpt says', async () => {
    const options = async (hostConfig: Fields): Promise<readonly string[]> =>
      mountAt(await specWith({}, hostConfig), '/sys/fs/cgroup')?.options ?? [];
    expect(await options({})).toContain('ro');
    expect(await options({ SecurityOpt: ['writable-cgroups'] })).not.toContain('ro');
    expect(await options({ Privileged: true })).not.toContain('ro');
    const privileged = { Privileged: true, SecurityOpt: ['writable-cgroups=false'] };
    expect(await options(privileged)).toContain('ro');
  });

  test('otherwise filters system calls, with the same profile for the same capabilities', async () => {
    const [first, second, third] = await Promise.all([
      specWith(),
      specWith(),
      specWith({}, { CapAdd: ['SYS_ADMIN'] }),
    ]);
    expect(first.linux.seccomp).toBeDefined();
    expect(second.linux.seccomp).toBe(first.linux.seccomp);
    expect(third.linux.seccomp).not.toEqual(first.linux.seccomp);
  });

  test('mounts what a client asks for in the place of what is always there', async () => {
    const spec = await specWith(
      {},
      { Binds: ['/host/etc:/etc', '/h:/etc/hosts:ro'], Tmpfs: { '/dev/shm': 'size=1m,exec' } },
    );
    const destinations = spec.mounts.map(({ destination }) => destination);
    expect(new Set(destinations).size).toBe(destinations.length);
    expect(destinations.indexOf('/etc')).toBeLessThan(destinations.indexOf('/etc/hosts'));
    expect(mountAt(spec, '/etc/hosts')?.source).toBe('/h');
    expect(mountAt(spec, '/dev/shm')?.options).toEqual(['nosuid', 'nodev', 'size=1m', 'exec']);
  });

  test('makes a read-only bind so throughout when something is mounted below it', async () => {
    const spec = await specWith({}, { Binds: ['/deep:/a:ro', '/flat:/b:ro'] });
    expect(mountAt(spec, '/a')?.options).toEqual(['rbind', 'rro', 'rprivate']);
    expect(mountAt(spec, '/b')?.options).toEqual(['rbind', 'ro', 'rprivate']);
  });

  test('with a read-only root leaves writable only what programs cannot do without', async () => {
    const spec = await specWith({}, { ReadonlyRootfs: true });
    expect(spec.root.readonly).toBe(true);
    const writable = spec.mounts.filter(({ options }) => !options.includes('ro'));
    expect(writable.map(({ destination }) => destination)).toEqual([
      '/proc',
      '/dev',
      '/dev/pts',
      '/dev/mqueue',
      '/dev/shm',
    ]);
  });
});

describe('limits', () => {
  test.each([
    [{}, {}],
    [{ Memory: 100 }, { memory: { limit: 100, swap: 200 } }],
    [{ Memory: 100, MemorySwap: -1 }, { memory: { limit: 100, swap: -1 } }],
    [{ MemoryReservation: 5, MemorySwappiness: 7 }, { memory: { reservation: 5, swappiness: 7 } }],
    [{ NanoCpus: 1.5e9 }, { cpu: { period: 100_000, quota: 150_000 } }],
    [
      { CpuShares: 5, CpuPeriod: 2000, CpuQuota: 1000 },
      { cpu: { shares: 5, period: 2000, quota: 1000 } },
    ],
    [{ CpusetCpus: '0-1', CpusetMems: '0' }, { cpu: { cpus: '0-1', mems: '0' } }],
    [{ PidsLimit: 9 }, { pids: { limit: 9 } }],
    [{ PidsLimit: -1 }, {}],
  ])('%j are %j', (asked, expected) => {
    const { hostConfig } = requestWith({}, asked);
    const nothing = { hugepageLimits: [], rdma: {}, devices: [], unified: {} };
    expect(specResources(hostConfig, { rules: [] })).toEqual({ ...nothing, ...expected });
  });

  test('of ulimit are read, -1 is unlimited', () => {
    const Ulimits = [{ Name: 'nofile', Soft: 5, Hard: -1 }];
    expect(specRlimits({ Ulimits })).toEqual([
      { type: 'RLIMIT_NOFILE', soft: 5n, hard: 0xffff_ffff_ffff_ffffn },
    ]);
    expect(() => specRlimits({ Ulimits: [{ Name: 'odd', Soft: 1, Hard: 1 }] })).toThrow(
      'invalid ulimit type: odd',
    );
    expect(() => specRlimits({ Ulimits: [{ Name: 'core', Soft: 2, Hard: 1 }] })).toThrow(
      'soft limit',
    );
  });
});

describe('capabilities', () => {
  const available = capabilityNames.filter((name) => name !== 'CAP_SYS_RESOURCE');
  const of = (CapAdd: string[] | null, CapDrop: string[] | null): readonly string[] =>
    containerCapabilities({ CapAdd, CapDrop, Privileged: false }, available);

  test('are added and dropped', () => {
    expect(of(null, null)).toHaveLength(14);
    expect(of(['net_admin'], ['CAP_CHOWN'])).toContain('CAP_NET_ADMIN');
    expect(of(['net_admin'], ['CAP_CHOWN'])).not.toContain('CAP_CHOWN');
    expect(of(['CHOWN'], ['ALL'])).toEqual(['CAP_CHOWN']);
    expect(of(['ALL'], ['SYS_ADMIN'])).not.toContain('CAP_SYS_ADMIN');
    expect(of(['ALL'], ['SYS_ADMIN']).length).toBeGreaterThan(30);
  });

  test('that the host does not have are not given', () => {
    const config = { CapAdd: null, CapDrop: null, Privileged: true };
    expect(containerCapabilities(config, available)).toEqual(available);
    expect(of(['ALL'], null)).toEqual(available);
    expect(() => of(['SYS_RESOURCE'], null)).toThrow(
      'invalid CapAdd: capability not available on this host: "CAP_SYS_RESOURCE"',
    );
  });

  test('that nobody knows are refused', () => {
    expect(() => of(['FLY'], null)).toThrow('invalid CapAdd: unknown capability: "CAP_FLY"');
  });
});

describe('SecurityOpt', () => {
  const parse = (...SecurityOpt: string[]) =>
    parseSecurityOptions({ SecurityOpt, Privileged: false });

  test('is read', () => {
    const none = { noNewPrivileges: false, seccomp: 'default', cgroups: 'default' };
    expect(parse()).toEqual(none);
    expect(parse('no-new-privileges', 'seccomp=unconfined')).toEqual({
      ...none,
      noNewPrivileges: true,
      seccomp: 'unconfined',
    });
    expect(parse('writable-cgroups').cgroups).toBe('writable');
    expect(parse('writable-cgroups=true').cgroups).toBe('writable');
    expect(parse('writable-cgroups=false').cgroups).toBe('read-only');
    expect(
      parse('no-new-privileges:false', 'label=disable', 'apparmor=unconfined').noNewPrivileges,
    ).toBe(false);
    expect(parse('seccomp={"defaultAction":"SCMP_ACT_ALLOW"}').seccomp).toMatchObject({
      defaultAction: 'SCMP_ACT_ALLOW',
    });
  });

  test.each([
    'label=type:x',
    'apparmor=docker-default',
    'seccomp={"defaultAction":"SCMP_ACT_ALLOW","archMap":[{"architecture":"SCMP_ARCH_X86_64"}]}',
  ])('refuses %s, which it cannot carry out', (option) => {
    expect(() => parse(option)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FIELD' }));
  });

  test.each([
    'seccomp={',
    'seccomp={"defaultAction":"ODD"}',
    'no-new-privileges=maybe',
    'writable-cgroups=potato',
  ])('refuses %s, which makes no sense', (option) => {
    expect(() => parse(option)).toThrow(
      expect.objectContaining({ code: 'CONTAINER_CONFIG_INVALID' }),
    );
  });
});

describe('binds', () => {
  test.each([
    ['/a:/b', { source: '/a', destination: '/b', access: 'rw', propagation: 'rprivate' }],
    ['/a/../c/:/b/', { source: '/c', destination: '/b' }],
    ['/a:/b:ro,rslave', { access: 'ro', propagation: 'rslave', mode: 'ro,rslave' }],
  ])('%s is read', (text, expected) => {
    expect(parseBindString(text)).toMatchObject({ kind: 'bind', bind: expected });
  });

  test('names without a slash are volumes', () => {
    const volume = { destination: '/b', access: 'rw', content: 'of-image' };
    expect(parseBindString('data:/b')).toMatchObject({
      kind: 'volume',
      volume: { ...volume, name: 'data', origin: 'named', mode: 'z' },
    });
    expect(parseBindString('data:/b:ro,nocopy')).toMatchObject({
      volume: { access: 'ro', content: 'none', mode: 'ro,nocopy' },
    });
    expect(parseBindString('/b')).toMatchObject({
      kind: 'volume',
      volume: { ...volume, name: '', origin: 'nameless', mode: '' },
    });
  });

  test.each([
    '',
    ':',
    '/a:',
    '/a:b',
    '/a:/',
    '/a:/b:odd',
    '/a:/b:ro,rw',
    '/a:/b:ro:x',
    '/a:/b/../..',
    'data:/b:rslave',
  ])('refuses "%s"', (text) => {
    expect(() => parseBindString(text)).toThrow(
      expect.objectContaining({ code: 'CONTAINER_CONFIG_INVALID' }),
    );
  });

  test.each([
    [{ Binds: ['/a:/x', '/b:/x'] }, 'CONTAINER_CONFIG_INVALID'],
    [{ Mounts: [{ Type: 'bind', Target: '/x' }] }, 'CONTAINER_CONFIG_INVALID'],
    [
      { Mounts: [{ Type: 'bind', Source: '/a', Target: '/x', TmpfsOptions: {} }] },
      'CONTAINER_CONFIG_INVALID',
    ],
    [
      {
        Mounts: [{ Type: 'bind', Source: '/a', Target: '/x', BindOptions: { Propagation: 'odd' } }],
      },
      'CONTAINER_CONFIG_INVALID',
    ],
    [{ Mounts: [{ Type: 'tmpfs', Source: '/a', Target: '/x' }] }, 'CONTAINER_CONFIG_INVALID'],
    [{ Mounts: [{ Type: 'npipe', Source: 'a', Target: '/x' }] }, 'UNSUPPORTED_FIELD'],
    [
      { Mounts: [{ Type: 'volume', Target: '/x', VolumeOptions: { Subpath: 'y' } }] },
      'CONTAINER_CONFIG_INVALID',
    ],
    [
      { Mounts: [{ Type: 'volume', Source: 'a', Target: '/x', VolumeOptions: { Subpath: '..' } }] },
      'CONTAINER_CONFIG_INVALID',
    ],
    [
      { Mounts: [{ Type: 'bind', Source: '/a', Target: '/x', VolumeOptions: {} }] },
      'CONTAINER_CONFIG_INVALID',
    ],
    [{ Binds: ['a:/x'] }, 'VOLUME_NAME_INVALID'],
  ])('%j are refused', (hostConfig, code) => {
    const request = requestWith({}, hostConfig);
    expect(() => containerMounts(request.hostConfig)).toThrow(expect.objectContaining({ code }));
  });
});

describe('the environment', () => {
  const source = { hostname: 'h', terminal: 'none', home: '/root', configured: [] } as const;

  test('has defaults, which can be replaced and taken away', () => {
    expect(programEnvironment(source)).toEqual([
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'HOSTNAME=h',
      'HOME=/root',
    ]);
    const configured = ['PATH=/p', 'HOSTNAME', 'HOME=/own', 'EMPTY='];
    expect(programEnvironment({ ...source, terminal: 'terminal', configured })).toEqual([
      'PATH=/p',
      'TERM=xterm',
      'HOME=/own',
      'EMPTY=',
    ]);
  });
});

describe('name services', () => {
  test('the hosts file has the container and what was added', () => {
    const record = recordWith(
      { Hostname: 'box', Domainname: 'lan' },
      { ExtraHosts: ['a:10.0.0.1', 'six=[::1]'] },
    );
    expect(hostsFile(record).split('\n').slice(-4)).toEqual([
      '10.0.0.1\ta',
      '::1\tsix',
      '127.0.1.1\tbox.lan box',
      '',
    ]);
    expect(parseExtraHost('a:host-gateway')).toBeUndefined();
  });

  test("the resolver's configuration is the host's, but for what is replaced", () => {
    const host = '# comment\nnameserver 1.1.1.1\nsearch lan\noptions ndots:1\n';
    expect(resolvConfFile(recordWith(), { host, defaults: {} })).toBe(
      'nameserver 1.1.1.1\nsearch lan\noptions ndots:1\n',
    );
    const own = recordWith({}, { Dns: ['9.9.9.9'], DnsSearch: ['.'], DnsOptions: ['rotate'] });
    expect(resolvConfFile(own, { host, defaults: {} })).toBe(
      'nameserver 9.9.9.9\noptions rotate\n',
    );
  });
});
