import { describe, expect, it } from 'vitest';
import { limitsKernelMemory } from '../../../runtime/cgroup/kernel-memory.ts';
import { fullV1Layout, fullV2Layout, plainV1Layout } from './layouts.ts';
import { ownWrites, planned, reported } from './planned.ts';

const oldLayout = { ...fullV1Layout, memory: { hierarchical: false, limitsKernel: true } };

describe('memory of the kernel', () => {
  const memory = { kernel: 8_388_608, kernelTCP: 4_194_304 };

  it('is limited where the kernel does so', () => {
    const plan = planned(oldLayout, { memory });
    expect(ownWrites(plan, 'memory')).toEqual([
      'memory.kmem.limit_in_bytes=8388608',
      'memory.kmem.tcp.limit_in_bytes=4194304',
    ]);
    expect(reported(plan)).toEqual([]);
  });

  it('is reported, and not written, where a file would take the limit and do nothing', () => {
    const plan = planned(fullV1Layout, { memory });
    expect(ownWrites(plan, 'memory')).toEqual(['memory.kmem.tcp.limit_in_bytes=4194304']);
    expect(reported(plan)).toEqual(['memory.kernel']);
  });

  const withoutFiles = { ...oldLayout, files: new Set<string>() };

  it.each([plainV1Layout, withoutFiles, fullV2Layout])(
    'is reported where there is no file',
    (layout) => {
      const plan = planned(layout, { memory });
      expect(ownWrites(plan, 'memory')).toEqual([]);
      expect(reported(plan)).toEqual(['memory.kernel', 'memory.kernelTCP']);
    },
  );

  it.each([0, -1])('is as it is with %i', (bytes) => {
    for (const layout of [oldLayout, fullV1Layout, fullV2Layout]) {
      const plan = planned(layout, { memory: { kernel: bytes, kernelTCP: bytes } });
      expect([...ownWrites(plan, 'memory'), ...reported(plan)]).toEqual([]);
    }
  });

  it.each([
    ['4.19.0-26-amd64', true],
    ['5.15.0', true],
    ['5.16.0-rc1', false],
    ['6.1.0-18-amd64', false],
    ['', false],
  ])('of Linux %s: %s', (release, expected) => {
    expect(limitsKernelMemory(release)).toBe(expected);
  });
});

describe('memory.useHierarchy', () => {
  it('is written where folders can differ', () => {
    const writes = (useHierarchy: boolean): readonly string[] =>
      ownWrites(planned(oldLayout, { memory: { useHierarchy } }), 'memory');
    expect(writes(true)).toEqual(['memory.use_hierarchy=1']);
    expect(writes(false)).toEqual(['memory.use_hierarchy=0']);
  });

  it.each([fullV1Layout, fullV2Layout])('is always so elsewhere', (layout) => {
    const plan = (useHierarchy: boolean): ReturnType<typeof planned> =>
      planned(layout, { memory: { useHierarchy } });
    expect(ownWrites(plan(true), 'memory')).toEqual([]);
    expect(reported(plan(true))).toEqual([]);
    expect(ownWrites(plan(false), 'memory')).toEqual([]);
    expect(reported(plan(false))).toEqual(['memory.useHierarchy']);
  });
});

describe('memory.checkBeforeUpdate', () => {
  it.each([fullV1Layout, fullV2Layout])('has nothing to check in a new cgroup', (layout) => {
    const memory = { limit: 1_048_576, checkBeforeUpdate: true };
    const plan = planned(layout, { memory });
    expect(plan).toEqual(planned(layout, { memory: { limit: 1_048_576 } }));
  });
});
