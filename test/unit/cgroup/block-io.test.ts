import { describe, expect, it } from 'vitest';
import { ioWeightOf } from '../../../runtime/cgroup/controllers/io.ts';
import { fullV1Layout, fullV2Layout, v1Layout } from './layouts.ts';
import { ownWrites, planned, reported } from './planned.ts';

const disk = { major: 8, minor: 16 } as const;

const all = {
  weight: 500,
  leafWeight: 300,
  weightDevice: [{ ...disk, weight: 100, leafWeight: 200 }],
  throttleReadBpsDevice: [{ ...disk, rate: 1_048_576 }],
  throttleWriteBpsDevice: [{ ...disk, rate: 2_097_152 }],
  throttleReadIOPSDevice: [{ ...disk, rate: 100 }],
  throttleWriteIOPSDevice: [
    { ...disk, rate: 200 },
    { major: 8, minor: 0, rate: 0 },
  ],
};

/** A kernel before Linux 5.0: CFQ keeps its files in the root too. */
const cfqLayout = {
  ...fullV1Layout,
  files: new Set([...fullV1Layout.files, 'blkio.weight', 'blkio.leaf_weight']),
};

const throttleWrites = [
  'blkio.throttle.read_bps_device=8:16 1048576',
  'blkio.throttle.write_bps_device=8:16 2097152',
  'blkio.throttle.read_iops_device=8:16 100',
  'blkio.throttle.write_iops_device=8:16 200',
  'blkio.throttle.write_iops_device=8:0 0',
];

describe('blockIO in cgroup v1', () => {
  it('goes to the files of BFQ, and reports the leaves that only CFQ had', () => {
    const plan = planned(fullV1Layout, { blockIO: all });
    expect(ownWrites(plan, 'blkio')).toEqual([
      'blkio.bfq.weight=500',
      'blkio.bfq.weight_device=8:16 100',
      ...throttleWrites,
    ]);
    expect(reported(plan)).toEqual(['blockIO.leafWeight', 'blockIO.weightDevice[0].leafWeight']);
  });

  it('goes to the files of CFQ where a kernel has them', () => {
    const plan = planned(cfqLayout, { blockIO: all });
    expect(ownWrites(plan, 'blkio')).toEqual([
      'blkio.weight=500',
      'blkio.weight_device=8:16 100',
      'blkio.leaf_weight=300',
      'blkio.leaf_weight_device=8:16 200',
      ...throttleWrites,
    ]);
    expect(reported(plan)).toEqual([]);
  });

  it('is reported where the kernel has no file for it', () => {
    const plan = planned({ ...fullV1Layout, files: new Set() }, { blockIO: all });
    expect(ownWrites(plan, 'blkio')).toEqual([]);
    expect(reported(plan)).toEqual([
      'blockIO.weight',
      'blockIO.leafWeight',
      'blockIO.weightDevice[0].weight',
      'blockIO.weightDevice[0].leafWeight',
      'blockIO.throttleReadBpsDevice',
      'blockIO.throttleWriteBpsDevice',
      'blockIO.throttleReadIOPSDevice',
      'blockIO.throttleWriteIOPSDevice',
    ]);
  });

  it('is reported where the controller is not mounted', () => {
    const plan = planned(v1Layout, { blockIO: { weight: 500 } });
    expect(plan.unsupported).toEqual([
      {
        field: 'linux.resources.blockIO.weight',
        lacks: 'controller',
        reason: 'The "blkio" controller is not mounted on this host, so this is not limited.',
      },
    ]);
  });

  it('keeps 64 bits of bytes, and no more operations than the kernel counts', () => {
    const rate = 0xffff_ffff_ffff_fffen;
    const plan = planned(fullV1Layout, {
      blockIO: {
        throttleReadBpsDevice: [{ ...disk, rate }],
        throttleReadIOPSDevice: [{ ...disk, rate }],
      },
    });
    expect(ownWrites(plan, 'blkio')).toEqual([
      'blkio.throttle.read_bps_device=8:16 18446744073709551614',
      'blkio.throttle.read_iops_device=8:16 4294967295',
    ]);
  });
});

describe('blockIO in cgroup v2', () => {
  it('goes to io.bfq.weight and io.max', () => {
    const plan = planned(fullV2Layout, { blockIO: all });
    expect(ownWrites(plan, 'io')).toEqual([
      'io.bfq.weight=500',
      'io.bfq.weight=8:16 100',
      'io.max=8:16 rbps=1048576',
      'io.max=8:16 wbps=2097152',
      'io.max=8:16 riops=100',
      'io.max=8:16 wiops=200',
      'io.max=8:0 wiops=max',
    ]);
    expect(reported(plan)).toEqual(['blockIO.leafWeight', 'blockIO.weightDevice[0].leafWeight']);
    expect(plan.writes.map(({ value }) => value)).toContain('+io');
  });

  it('goes to io.weight where there is no BFQ, on its scale', () => {
    const { writes } = planned(fullV2Layout, { blockIO: all });
    const others = writes.flatMap(({ orElse }) => (orElse === undefined ? [] : [orElse]));
    expect(others).toEqual([
      {
        file: '/cg/berth/1234/io.weight',
        value: '4950',
        label: 'weigh block I/O with 500',
        onError: 'fail',
      },
      {
        file: '/cg/berth/1234/io.weight',
        value: '8:16 910',
        label: 'weigh block I/O with 8:16 100',
        onError: 'fail',
      },
    ]);
  });

  it('takes all bits set for no limit', () => {
    const device = { ...disk, rate: 0xffff_ffff_ffff_ffffn };
    const plan = planned(fullV2Layout, { blockIO: { throttleReadBpsDevice: [device] } });
    expect(ownWrites(plan, 'io')).toEqual(['io.max=8:16 rbps=max']);
  });

  // The ends that runc's comment names, and the middle.
  it.each([
    [10, 1],
    [505, 5000],
    [1000, 10_000],
  ])('turns weight %i into %i', (weight, expected) => {
    expect(ioWeightOf(weight)).toBe(expected);
  });
});

describe.each([fullV1Layout, fullV2Layout])('weights in $version', (layout) => {
  it.each([9, 1001])('refuses %i', (weight) => {
    expect(() => planned(layout, { blockIO: { weight } })).toThrow(
      `'linux.resources.blockIO.weight' is ${weight}, wanted a number from 10 to 1000`,
    );
    expect(() =>
      planned(layout, { blockIO: { weightDevice: [{ ...disk, leafWeight: weight }] } }),
    ).toThrow(`'linux.resources.blockIO.weightDevice[0].leafWeight' is ${weight}`);
  });

  it('takes 0 for "not set"', () => {
    const plan = planned(layout, {
      blockIO: { weight: 0, leafWeight: 0, weightDevice: [{ ...disk, weight: 0 }] },
    });
    expect([...ownWrites(plan, 'blkio'), ...ownWrites(plan, 'io'), ...reported(plan)]).toEqual([]);
  });
});
