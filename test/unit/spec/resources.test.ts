import { describe, expect, it } from 'vitest';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';
import type { Resources } from '../../../runtime/spec/resources.ts';

function parse(resources: unknown): Resources | undefined {
  return parseSpec({
    ociVersion: '1.2.1',
    process: { user: { uid: 0, gid: 0 }, args: ['/hello'], cwd: '/' },
    root: { path: 'rootfs' },
    linux: { resources },
  }).linux.resources;
}

function refusal(resources: unknown): string | undefined {
  try {
    parse(resources);
  } catch (error) {
    if (isBerthError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return undefined;
}

const disk = { major: 8, minor: 0 };

describe('linux.resources', () => {
  it('has every list, and asks for nothing, when it is empty', () => {
    expect(parse({})).toEqual({ hugepageLimits: [], rdma: {}, devices: [], unified: {} });
    expect(parse({ blockIO: {}, network: {} })).toMatchObject({
      blockIO: { weightDevice: [], throttleReadBpsDevice: [], throttleWriteIOPSDevice: [] },
      network: { priorities: [] },
    });
  });

  // The examples of config-linux.md, version 1.2.1.
  it.each([
    {
      memory: { kernel: -1, kernelTCP: -1, useHierarchy: true, checkBeforeUpdate: true },
      cpu: { realtimeRuntime: 950_000, realtimePeriod: 1_000_000 },
    },
    {
      blockIO: {
        weight: 10,
        leafWeight: 10,
        weightDevice: [
          { ...disk, weight: 500, leafWeight: 300 },
          { major: 8, minor: 16, weight: 500 },
        ],
        throttleReadBpsDevice: [{ ...disk, rate: 600 }],
        throttleWriteIOPSDevice: [{ major: 8, minor: 16, rate: 300 }],
      },
    },
    { hugepageLimits: [{ pageSize: '2MB', limit: 209_715_200 }] },
    { network: { classID: 1_048_577, priorities: [{ name: 'eth0', priority: 500 }] } },
    { rdma: { mlx5_1: { hcaHandles: 3, hcaObjects: 10_000 }, rxe3: { hcaObjects: 10_000 } } },
  ])('takes %j', (resources) => {
    expect(() => parse(resources)).not.toThrow();
  });

  it.each([
    [{ blockIO: { weight: 65_536 } }, `'linux.resources.blockIO.weight' is 65536, wanted a whole`],
    [{ blockIO: { weightDevice: [disk] } }, `weightDevice[0]' is {"major":8,"minor":0}, wanted a`],
    [
      { blockIO: { weightDevice: [{ major: 4096, minor: 0, weight: 10 }] } },
      `'linux.resources.blockIO.weightDevice[0].major' is 4096`,
    ],
    [
      { blockIO: { throttleReadBpsDevice: [disk] } },
      `'linux.resources.blockIO.throttleReadBpsDevice[0].rate' is missing`,
    ],
    [
      { blockIO: { throttleWriteIOPSDevice: [{ ...disk, rate: -1 }] } },
      `'linux.resources.blockIO.throttleWriteIOPSDevice[0].rate' is -1`,
    ],
    [{ hugepageLimits: {} }, `'linux.resources.hugepageLimits' is {}, wanted a list`],
    [
      { hugepageLimits: [{ pageSize: '2M', limit: 1 }] },
      `'linux.resources.hugepageLimits[0].pageSize' is "2M", wanted a size of pages`,
    ],
    [{ hugepageLimits: [{ pageSize: '2MB' }] }, `hugepageLimits[0].limit' is missing`],
    [{ network: { classID: 2 ** 32 } }, `'linux.resources.network.classID' is 4294967296`],
    ...['', 'a b', 'sixteen-letters-', 'a/b'].map((name): [unknown, string] => [
      { network: { priorities: [{ name, priority: 1 }] } },
      `'linux.resources.network.priorities[0].name' is "${name}", wanted the name of a network`,
    ]),
    [{ rdma: { mlx5_1: {} } }, `'linux.resources.rdma.mlx5_1' is {}, wanted hcaHandles or`],
    [{ rdma: { 'a b': { hcaHandles: 1 } } }, `wanted the name of an RDMA device`],
    [{ rdma: { x: { hcaHandles: -1 } } }, `'linux.resources.rdma.x.hcaHandles' is -1`],
    [{ cpu: { realtimePeriod: -1 } }, `'linux.resources.cpu.realtimePeriod' is -1`],
    [{ cpu: { realtimeRuntime: '1' } }, `'linux.resources.cpu.realtimeRuntime' is "1"`],
    [{ memory: { kernel: -2 } }, `'linux.resources.memory.kernel' is -2, wanted a number of bytes`],
    [{ memory: { useHierarchy: 1 } }, `'linux.resources.memory.useHierarchy' is 1, wanted true`],
  ])('refuses %j', (resources, message) => {
    expect(refusal(resources)).toMatch(/^SPEC_INVALID: /);
    expect(refusal(resources)).toContain(message);
  });
});
