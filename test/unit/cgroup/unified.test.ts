import { describe, expect, it } from 'vitest';
import { v1Layout, v2Layout } from './layouts.ts';
import { ownWrites, planned } from './planned.ts';

describe('unified', () => {
  it('has the controllers enabled that its files belong to', () => {
    const { writes } = planned(v2Layout, {
      unified: { 'hugetlb.2MB.max': '0', 'cgroup.max.depth': '1' },
    });
    const enabled = writes.filter(({ file }) => file.endsWith('cgroup.subtree_control'));
    expect(enabled.slice(-2).map(({ value, onError }) => [value, onError])).toEqual([
      ['+hugetlb', 'fail'],
      ['+hugetlb', 'fail'],
    ]);
  });

  // The example of the specification.
  it('is written line by line', () => {
    const plan = planned(v2Layout, {
      unified: { 'io.max': '259:0 rbps=2097152 wiops=120\n253:0 rbps=2097152 wiops=120\n' },
    });
    expect(ownWrites(plan, 'io')).toEqual([
      'io.max=259:0 rbps=2097152 wiops=120',
      'io.max=253:0 rbps=2097152 wiops=120',
    ]);
  });

  it('is refused where cgroup v1 is used', () => {
    expect(() => planned(v1Layout, { unified: { 'memory.high': '1' } })).toThrow(
      `invalid configuration: 'linux.resources.unified' names the file "memory.high" of cgroup v2, wanted none`,
    );
  });
});
