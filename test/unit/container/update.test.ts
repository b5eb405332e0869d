import { describe, expect, test } from 'vitest';

import { limitWarnings } from '../../../runtime/container/create/limit-warnings.ts';
import { hostConfigSchema } from '../../../runtime/container/model/host-config.ts';
import { updateRequestSchema } from '../../../runtime/container/model/update-request.ts';
import { parseDeviceCgroupRule } from '../../../runtime/container/spec/device-cgroup-rule.ts';
import { mergeUpdate, refuseFixed } from '../../../runtime/container/update/merge-update.ts';

const now = (fields: object = {}): ReturnType<typeof hostConfigSchema.parse> =>
  hostConfigSchema.parse({ Memory: 1e8, MemorySwap: 2e8, PidsLimit: 5, CpuShares: 7, ...fields });

const asked = (fields: object): ReturnType<typeof updateRequestSchema.parse> =>
  updateRequestSchema.parse(fields);

describe('an update', () => {
  test('changes what is given, and nothing else', () => {
    const merged = mergeUpdate(now(), asked({ Memory: 15e7, CpusetCpus: '0', PidsLimit: null }));
    expect(merged).toEqual({ ...now(), Memory: 15e7, CpusetCpus: '0' });
    expect(mergeUpdate(now(), asked({}))).toEqual(now());
  });

  test.each([0, -1, -7])('takes the limit of processes away by %d', (PidsLimit) => {
    expect(mergeUpdate(now(), asked({ PidsLimit })).PidsLimit).toBe(0);
  });

  test('changes the restart policy as a whole', () => {
    const policy = { Name: 'on-failure', MaximumRetryCount: 3 };
    expect(mergeUpdate(now(), asked({ RestartPolicy: policy })).RestartPolicy).toEqual(policy);
  });

  test.each([
    [{ CpuPeriod: 1000 }, { NanoCpus: 1e9 }, 'Nano CPUs cannot be updated as CPU Period'],
    [{ CpuQuota: 1000 }, { NanoCpus: 1e9 }, 'Nano CPUs cannot be updated as CPU Quota'],
    [{ NanoCpus: 1e9 }, { CpuPeriod: 1000 }, 'CPU Period cannot be updated as NanoCPUs'],
    [{ NanoCpus: 1e9 }, { CpuQuota: 1000 }, 'CPU Quota cannot be updated as NanoCPUs'],
    [{}, { Memory: 3e8 }, 'update the memoryswap at the same time'],
    [{ MemorySwap: -1 }, { Memory: 3e8 }, 'update the memoryswap at the same time'],
    [{ AutoRemove: true }, { RestartPolicy: { Name: 'always' } }, 'because AutoRemove is enabled'],
  ])('of a container with %j does not take %j', (has, wants, message) => {
    expect(() => mergeUpdate(now(has), asked(wants))).toThrow(
      expect.objectContaining({
        code: 'CONTAINER_UPDATE_CONFLICT',
        message: expect.stringContaining(message) as string,
      }),
    );
  });

  test.each([
    { Devices: [{ PathOnHost: '/dev/x' }] },
    { BlkioDeviceReadBps: [{ Path: '/dev/x', Rate: 1 }] },
    { CgroupParent: 'x' },
    { OomKillDisable: true },
    { MemorySwappiness: 5 },
    { KernelMemory: 1 },
  ])('refuses %j by name', (fields) => {
    const [field = ''] = Object.keys(fields);
    expect(() => {
      refuseFixed(asked(fields));
    }).toThrow(`${field} is `);
  });

  test('takes what clients send for what they were not asked for', () => {
    refuseFixed(
      asked({ Devices: [], BlkioWeightDevice: null, MemorySwappiness: -1, OomKillDisable: false }),
    );
  });
});

describe('limits that do nothing', () => {
  test('are told in the words of Docker, each once', () => {
    const reason = 'Why.';
    const fields = [
      'memory.swap',
      'cpu.period',
      'cpu.quota',
      'blockIO.weightDevice[0].weight',
      'new',
    ];
    const reports = fields.map((field) => ({ field: `linux.resources.${field}`, reason }));
    const said = limitWarnings(reports);
    expect(said).toHaveLength(4);
    expect(said[0]).toBe(
      'Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.',
    );
    expect(said.at(-1)).toBe('"new": Why.');
  });
});

test.each([
  ['c 1:3 rwm', { allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' }],
  ['b *:* r', { allow: true, type: 'b', access: 'r' }],
  ['a 7:* m', { allow: true, type: 'a', major: 7, access: 'm' }],
  ['c 1:3', undefined],
  ['d 1:3 r', undefined],
  ['c 1:3 rwx', undefined],
  ['c 1:3 rwm\n', undefined],
])('the device rule %j', (text, expected) => {
  expect(parseDeviceCgroupRule(text)).toEqual(expected);
});
