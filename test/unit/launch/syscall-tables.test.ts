import { describe, expect, it } from 'vitest';
import { aarch64 } from '../../../runtime/syscall/tables/aarch64.ts';
import { arm } from '../../../runtime/syscall/tables/arm.ts';
import { i386 } from '../../../runtime/syscall/tables/i386.ts';
import { x32 } from '../../../runtime/syscall/tables/x32.ts';
import { x86_64 } from '../../../runtime/syscall/tables/x86_64.ts';

describe('system call tables', () => {
  it.each([
    ['read', 0, 3, 63, 3, 0],
    ['execve', 59, 11, 221, 11, 520],
    ['pivot_root', 155, 217, 41, 218, 155],
    ['openat2', 437, 437, 437, 437, 437],
    ['mseal', 462, 462, 462, 462, 462],
    ['file_setattr', 469, 469, 469, 469, 469],
  ])('%s', (name, ...numbers) => {
    const onX32 = 0x40000000 + (numbers.pop() ?? 0);
    expect([x86_64[name], i386[name], aarch64[name], arm[name]]).toEqual(numbers);
    expect(x32[name]).toBe(onX32);
  });

  it.each([
    ['x86_64', x86_64, 383],
    ['i386', i386, 459],
    ['aarch64', aarch64, 325],
    ['arm', arm, 429],
    ['x32', x32, 372],
  ])('%s has every call, each number once', (name, table, count) => {
    expect(Object.keys(table)).toHaveLength(count);
    // sync_file_range2 is ARM's other name for arm_sync_file_range.
    expect(new Set(Object.values(table)).size).toBe(name === 'arm' ? count - 1 : count);
  });

  it('have no call on x32 that would mean 64-bit structures there', () => {
    expect(Object.values(x32).some((nr) => nr === 0x40000000 + 59)).toBe(false);
    expect(x32['create_module']).toBeUndefined();
  });
});
