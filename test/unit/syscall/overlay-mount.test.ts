import { describe, expect, test } from 'vitest';

import { encodeProgram } from '../../../runtime/syscall/encode.ts';
import { mountOverlay } from '../../../runtime/syscall/overlay-mount.ts';
import type { Overlay } from '../../../runtime/syscall/overlay-mount.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { treeProgram } from '../../../runtime/syscall/tree/tree-program.ts';

const writable = { upper: '/data/upper', work: '/data/work' };

/** The system calls that mount an overlay, and the options of the last mount. */
function mountOf(overlay: Overlay): { readonly calls: readonly string[]; readonly data: string } {
  const p = new ProgramBuilder('test');
  mountOverlay(p, overlay, '/target');
  const texts = Buffer.concat(p.data).toString().split('\0');
  return {
    calls: p.steps.map(({ call }) => call ?? ''),
    data: texts.find((text) => text.startsWith('lowerdir=')) ?? '',
  };
}

describe('mounting an overlay', () => {
  test('is one step as long as its options fit into one page', () => {
    const { calls, data } = mountOf({ lower: ['/b', '/a'], writable, options: ['metacopy=off'] });
    expect(calls).toEqual(['mount']);
    expect(data).toBe('lowerdir=/b:/a,upperdir=/data/upper,workdir=/data/work,metacopy=off');
  });

  test('to the byte: mount(2) would cut off what is longer', () => {
    const rest = Buffer.byteLength(mountOf({ lower: ['/', '/'], writable }).data) - 1;
    const fits = mountOf({ lower: ['/'.padEnd(4095 - rest, 'x'), '/'], writable });
    expect(Buffer.byteLength(fits.data)).toBe(4095);
    expect(fits.calls).toHaveLength(1);
    const longer = mountOf({ lower: ['/'.padEnd(4096 - rest, 'x'), '/'], writable });
    expect(longer.data).toBe('lowerdir=0:1,upperdir=U,workdir=W');
    expect(longer.calls.filter((call) => call === 'mount')).toHaveLength(2);
  });

  test('of 500 layers fits, too, whatever their names are', () => {
    const lower = Array.from({ length: 500 }, (_, i) => `/${'x'.repeat(200)}/${i}`);
    const { data, calls } = mountOf({ lower, writable, options: ['metacopy=off'] });
    expect(Buffer.byteLength(data)).toBeLessThan(2000);
    const names = data.slice('lowerdir='.length, data.indexOf(',')).split(':');
    expect(new Set([...names, 'U', 'W']).size).toBe(502);
    expect(calls.filter((call) => call === 'symlinkat')).toHaveLength(502);
    // The names are gone from the target before the overlay takes its place, and the folder is left at last.
    expect(calls.slice(0, 3)).toEqual(['mount', 'chdir', 'umount2']);
    expect(calls.slice(-2)).toEqual(['mount', 'chdir']);
  });

  test('escapes what overlayfs splits at', () => {
    expect(mountOf({ lower: ['/a:b,c\\d', '/e'] }).data).toBe('lowerdir=/a\\:b\\,c\\\\d:/e');
  });
});

test.each(['x86_64', 'aarch64'] as const)('a tree is read on %s', (architecture) => {
  const view = { kind: 'overlay', layers: ['/a', '/b'] } as const;
  const bytes = encodeProgram(treeProgram(view), { architecture, id: 1, replyFd: 3 });
  expect(bytes.byteLength).toBeGreaterThan(1000);
});
