import { describe, expect, test } from 'vitest';

import { completeHostConfig } from '../../../runtime/container/create/complete-host-config.ts';
import { mergeImageConfig } from '../../../runtime/container/create/merge-image-config.ts';
import { refuseUnsupported } from '../../../runtime/container/create/refusals.ts';
import { verifyRequest } from '../../../runtime/container/create/verify-request.ts';
import type { ContainerConfig } from '../../../runtime/container/model/container-config.ts';
import { createRequestSchema } from '../../../runtime/container/model/create-request.ts';
import { hostConfigSchema } from '../../../runtime/container/model/host-config.ts';
import type { ImageRunConfig } from '../../../runtime/image/image-config.ts';
import { requestWith } from './create-request.ts';

describe('refuseUnsupported', () => {
  test('lets pass what clients always send', () => {
    refuseUnsupported(requestWith());
    refuseUnsupported(createRequestSchema.parse({ Image: 'x' }));
  });

  test.each([
    ['HostConfig.UsernsMode', {}, { UsernsMode: 'odd' }],
    ['HostConfig.Cgroup', {}, { Cgroup: 'container:x' }],
    ['HostConfig.StorageOpt', {}, { StorageOpt: { size: '1G' } }],
    ['HostConfig.DeviceRequests', {}, { DeviceRequests: [{ Count: -1 }] }],
    ['HostConfig.KernelMemory', {}, { KernelMemory: 1 }],
    ['HostConfig.KernelMemoryTCP', {}, { KernelMemoryTCP: 1 }],
    ['HostConfig.CpuCount', {}, { CpuCount: 1 }],
    ['HostConfig.CpuPercent', {}, { CpuPercent: 1 }],
    ['HostConfig.IOMaximumIOps', {}, { IOMaximumIOps: 1 }],
    ['HostConfig.IOMaximumBandwidth', {}, { IOMaximumBandwidth: 1 }],
  ])('refuses %s', (field, config, hostConfig) => {
    expect(() => {
      refuseUnsupported(requestWith(config, hostConfig));
    }).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_FIELD',
        message: expect.stringContaining(`${field} is `) as string,
        details: expect.objectContaining({ field }) as object,
      }),
    );
  });

  test.each([
    ['HostConfig.Runtime', { Runtime: 'runsc' }, 'unknown or invalid runtime name: runsc'],
    ['HostConfig.Isolation', { Isolation: 'hyperv' }, "invalid isolation 'hyperv' on linux"],
  ])(
    'refuses %s in the words of Docker, which would not take it either',
    (field, asked, message) => {
      expect(() => {
        refuseUnsupported(requestWith({}, asked));
      }).toThrow(
        expect.objectContaining({ message, details: { field, value: Object.values(asked)[0] } }),
      );
    },
  );

  test.each(['', 'berth', 'runc', 'io.containerd.runc.v2'])(
    'takes the runtime "%s": there is one, and these are its names',
    (Runtime) => {
      expect(() => {
        refuseUnsupported(requestWith({}, { Runtime }));
      }).not.toThrow();
    },
  );

  test('knows every field that the schema has, so that a new one cannot be forgotten', () => {
    // Carried out, or only kept: see docs of the files named.
    const carriedOut = [
      'NetworkMode',
      'PortBindings',
      'PublishAllPorts',
      'Annotations',
      'AutoRemove',
      'Binds',
      'BlkioDeviceReadBps',
      'BlkioDeviceReadIOps',
      'BlkioDeviceWriteBps',
      'BlkioDeviceWriteIOps',
      'BlkioWeight',
      'BlkioWeightDevice',
      'CapAdd',
      'CapDrop',
      'ConsoleSize',
      'CgroupParent',
      'CgroupnsMode',
      'ContainerIDFile',
      'CpuPeriod',
      'CpuQuota',
      'CpuRealtimePeriod',
      'CpuRealtimeRuntime',
      'CpuShares',
      'CpusetCpus',
      'CpusetMems',
      'DeviceCgroupRules',
      'Devices',
      'Dns',
      'DnsOptions',
      'DnsSearch',
      'ExtraHosts',
      'GroupAdd',
      'Init',
      'IpcMode',
      'Links',
      'LogConfig',
      'MaskedPaths',
      'Memory',
      'MemoryReservation',
      'MemorySwap',
      'MemorySwappiness',
      'Mounts',
      'NanoCpus',
      'OomKillDisable',
      'OomScoreAdj',
      'PidMode',
      'PidsLimit',
      'Privileged',
      'ReadonlyPaths',
      'ReadonlyRootfs',
      'RestartPolicy',
      'SecurityOpt',
      'ShmSize',
      'Sysctls',
      'Tmpfs',
      'UTSMode',
      'Ulimits',
      'VolumeDriver',
      'VolumesFrom',
    ];
    const values = ['odd', 7, true, ['odd'], [{ odd: 1 }], { odd: 'x' }, { '1/tcp': [] }];
    const refused = Object.keys(hostConfigSchema.shape).filter((field) =>
      values.some((value) => {
        const parsed = hostConfigSchema.shape[field as 'Init'].safeParse(value);
        if (!parsed.success) return false;
        const request = requestWith();
        const hostConfig = { ...request.hostConfig, [field]: parsed.data };
        try {
          refuseUnsupported({ ...request, hostConfig });
          return false;
        } catch {
          return true;
        }
      }),
    );
    expect([...refused, ...carriedOut].sort()).toEqual(Object.keys(hostConfigSchema.shape).sort());
  });
});

describe('verifyRequest', () => {
  test.each([
    [{ IpcMode: 'odd' }, 'invalid IPC mode: odd'],
    [{ PidMode: 'container' }, 'invalid PID mode: container'],
    [{ UTSMode: 'container:x' }, 'invalid UTS mode: container:x'],
    [{ CgroupnsMode: 'odd' }, 'invalid cgroup namespace mode: odd'],
    [{ OomScoreAdj: 2000 }, 'Invalid value 2000, range for oom score adj is [-1000, 1000]'],
    [
      { Annotations: { '': 'a' } },
      'invalid Annotations: the empty string is not permitted as an annotation key',
    ],
  ])('has Docker’s words for namespaces and annotations: %j', (HostConfig, message) => {
    const { config, hostConfig } = createRequestSchema.parse({ Image: 'x', HostConfig });
    expect(() => {
      verifyRequest(config, hostConfig);
    }).toThrow(expect.objectContaining({ code: 'CONTAINER_CONFIG_INVALID', message }));
    const donors = { IpcMode: 'container:x', PidMode: 'container:x', UTSMode: 'host' };
    const right = createRequestSchema.parse({ Image: 'x', HostConfig: donors });
    verifyRequest(right.config, right.hostConfig);
  });

  test.each([
    [{ PortBindings: { 'x/tcp': [] } }, 'invalid port specification: "x"'],
    [
      { PortBindings: { '80/tcp': [{ HostPort: '70000' }] } },
      'invalid port specification: "70000"',
    ],
    [{ PortBindings: { '80/tcp': [{ HostIp: 'here' }] } }, 'invalid IP address: here'],
    [
      { NetworkMode: 'container:x', PublishAllPorts: true },
      'conflicting options: port publishing and the container type network mode',
    ],
  ])('has Docker’s words for ports: %j', (HostConfig, message) => {
    const { config, hostConfig } = createRequestSchema.parse({ Image: 'x', HostConfig });
    expect(() => {
      verifyRequest(config, hostConfig);
    }).toThrow(expect.objectContaining({ code: 'CONTAINER_CONFIG_INVALID', message }));
    const bindings = { '80/tcp': [{ HostIp: '::1', HostPort: '8000-8010' }, {}] };
    const right = { PortBindings: bindings, PublishAllPorts: true };
    const good = createRequestSchema.parse({ Image: 'x', HostConfig: right });
    verifyRequest(good.config, good.hostConfig);
  });

  test.each([
    ['WorkingDir', { WorkingDir: 'relative' }, {}],
    ['Env', { Env: ['=x'] }, {}],
    ['Hostname', { Hostname: 'a b' }, {}],
    ['HostConfig.AutoRemove', {}, { AutoRemove: true, RestartPolicy: { Name: 'always' } }],
    ['HostConfig.RestartPolicy', {}, { AutoRemove: false, RestartPolicy: { Name: 'odd' } }],
    ['Healthcheck', { Healthcheck: { Interval: 1 } }, {}],
    ['HostConfig.ShmSize', {}, { ShmSize: -1 }],
    ['HostConfig.CpusetCpus', {}, { CpusetCpus: '/etc' }],
    ['HostConfig.CpusetCpus', {}, { CpusetCpus: '3-1' }],
    ['HostConfig.CpusetCpus', {}, { CpusetCpus: '0-99999' }],
    ['HostConfig.CpusetCpus', {}, { CpusetCpus: '0,8191' }],
    ['HostConfig.CpusetMems', {}, { CpusetMems: '0,' }],
    ['HostConfig.CpusetMems', {}, { CpusetMems: '8000-8001' }],
    ['HostConfig.BlkioWeight', {}, { BlkioWeight: 9 }],
    ['HostConfig.BlkioWeightDevice', {}, { BlkioWeightDevice: [{ Path: '/dev/sda', Weight: 1 }] }],
    ['HostConfig.CpuShares', {}, { CpuShares: -1 }],
    ['HostConfig.CpuRealtimeRuntime', {}, { CpuRealtimePeriod: 10, CpuRealtimeRuntime: 11 }],
    ['HostConfig.DeviceCgroupRules', {}, { DeviceCgroupRules: ['c 1:3 odd'] }],
    ['HostConfig.CgroupParent', {}, { CgroupParent: '/a\nb' }],
    ['HostConfig.OomScoreAdj', {}, { OomScoreAdj: 1001 }],
    ['HostConfig.Memory', {}, { Memory: 1024 }],
    ['HostConfig.MemorySwap', {}, { Memory: 2 ** 30, MemorySwap: 2 ** 20 }],
    ['HostConfig.MemorySwap', {}, { MemorySwap: 2 ** 30 }],
    ['HostConfig.MemoryReservation', {}, { MemoryReservation: 1024 }],
    ['HostConfig.MemoryReservation', {}, { Memory: 2 ** 24, MemoryReservation: 2 ** 25 }],
    ['HostConfig.MemorySwappiness', {}, { MemorySwappiness: 101 }],
    ['HostConfig.NanoCpus', {}, { NanoCpus: 1e9, CpuPeriod: 100_000 }],
    ['HostConfig.NanoCpus', {}, { NanoCpus: 1e9, CpuQuota: 50_000 }],
    ['HostConfig.NanoCpus', {}, { NanoCpus: 1e15 }],
    ['HostConfig.CpuPeriod', {}, { CpuPeriod: 1 }],
    ['HostConfig.CpuQuota', {}, { CpuQuota: 1 }],
    ['HostConfig.Dns', {}, { Dns: ['resolver'] }],
    ['HostConfig.DnsSearch', {}, { DnsSearch: ['a b'] }],
    ['HostConfig.ExtraHosts', {}, { ExtraHosts: ['nowhere'] }],
    ['HostConfig.MaskedPaths', {}, { MaskedPaths: ['proc'] }],
  ])('refuses a bad %s', (field, config, hostConfig) => {
    const request = requestWith(config, hostConfig);
    expect(() => {
      verifyRequest(request.config, request.hostConfig);
    }).toThrow(expect.objectContaining({ code: 'CONTAINER_CONFIG_INVALID', details: { field } }));
  });

  test('refuses a stop signal that is none', () => {
    const { config, hostConfig } = requestWith({ StopSignal: 'SIGODD' });
    expect(() => {
      verifyRequest(config, hostConfig);
    }).toThrow('invalid signal: SIGODD');
  });
});

describe('mergeImageConfig', () => {
  const merge = (own: Readonly<Record<string, unknown>>, image: ImageRunConfig): ContainerConfig =>
    mergeImageConfig(requestWith(own).config, image, 'abcdef012345');

  test.each([
    [{}, { Cmd: ['a'] }, [null, ['a']]],
    [{ Cmd: ['b'] }, { Cmd: ['a'] }, [null, ['b']]],
    [{}, { Entrypoint: ['e'], Cmd: ['a'] }, [['e'], ['a']]],
    [{ Cmd: ['b'] }, { Entrypoint: ['e'], Cmd: ['a'] }, [['e'], ['b']]],
    [{ Entrypoint: ['x'] }, { Entrypoint: ['e'], Cmd: ['a'] }, [['x'], null]],
    [{ Entrypoint: [''], Cmd: ['b'] }, { Entrypoint: ['e'], Cmd: ['a'] }, [null, ['b']]],
    [{ Entrypoint: [] }, { Entrypoint: ['e'], Cmd: ['a'] }, [[], ['a']]],
    [{ Cmd: 'single' }, {}, [null, ['single']]],
  ])('of the command %j with the image %j gives %j', (own, image, [entrypoint, command]) => {
    const merged = merge(own, image);
    expect([merged.Entrypoint, merged.Cmd]).toEqual([entrypoint, command]);
  });

  test('completes variables and labels, and the client has the last word', () => {
    const merged = merge(
      { Env: ['A=own', 'C=own'], Labels: { l: 'own' } },
      {
        Env: ['A=image', 'B=image'],
        Labels: { l: 'image', m: 'image' },
        User: 'app',
        WorkingDir: '/w',
      },
    );
    expect(merged.Env).toEqual(['A=own', 'C=own', 'B=image']);
    expect(merged.Labels).toEqual({ l: 'own', m: 'image' });
    expect(merged.User).toBe('app');
    expect(merged.WorkingDir).toBe('/w');
    expect(merged.Hostname).toBe('abcdef012345');
  });
});

describe('completeHostConfig', () => {
  test('fills in what Docker shows', () => {
    const complete = completeHostConfig(requestWith().hostConfig, { init: false }, '2');
    expect(complete).toMatchObject({
      ShmSize: 67_108_864,
      IpcMode: 'private',
      NetworkMode: 'default',
      MemorySwappiness: null,
      PidsLimit: null,
      OomKillDisable: false,
      LogConfig: { Type: 'json-file', Config: {} },
      RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
    });
    expect(complete.MaskedPaths).toContain('/proc/kcore');
    expect(complete.ReadonlyPaths).toContain('/proc/sys');
  });

  test.each([
    ['1', {}, undefined, 'host'],
    ['2', {}, undefined, 'private'],
    ['1', {}, 'private', 'private'],
    ['2', {}, 'host', 'host'],
    ['1', { Privileged: true }, 'private', 'host'],
    ['2', { Privileged: true }, undefined, 'private'],
    ['2', { Privileged: true }, 'host', 'host'],
    ['1', { Privileged: true, CgroupnsMode: 'private' }, undefined, 'private'],
  ] as const)(
    'on cgroup v%s, asked for %j and configured "%s", the cgroup namespace is "%s"',
    (cgroupVersion, asked, cgroupnsMode, mode) => {
      const defaults = { init: false, ...(cgroupnsMode === undefined ? {} : { cgroupnsMode }) };
      const { hostConfig } = requestWith({}, asked);
      expect(completeHostConfig(hostConfig, defaults, cgroupVersion).CgroupnsMode).toBe(mode);
    },
  );

  test.each([
    [{}, null],
    [{ Privileged: true }, ['label=disable']],
    [{ IpcMode: 'host' }, ['label=disable']],
    [
      { PidMode: 'host', SecurityOpt: ['seccomp=unconfined'] },
      ['seccomp=unconfined', 'label=disable'],
    ],
    [{ Privileged: true, SecurityOpt: ['label=disable'] }, ['label=disable']],
  ] as const)('of %j the security options are %j', (asked, options) => {
    const { hostConfig } = requestWith({}, asked);
    expect(completeHostConfig(hostConfig, { init: false }, '2').SecurityOpt).toEqual(options);
  });

  test('gives what it made back to itself unchanged, as tools that copy containers need it', () => {
    const complete = completeHostConfig(requestWith().hostConfig, { init: false }, '2');
    const copy = hostConfigSchema.parse(JSON.parse(JSON.stringify(complete)));
    expect(completeHostConfig(copy, { init: false }, '2')).toEqual(complete);
    refuseUnsupported({ ...requestWith(), hostConfig: copy });
  });
});
