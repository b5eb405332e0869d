import { expect, it } from 'vitest';
import { parseCgroupPath } from '../../../runtime/cgroup/cgroup-path.ts';

it.each([
  ['/a/b', ['a', 'b']],
  ['//a/./b/', ['a', 'b']],
  ['x', ['berth', 'x']],
  [`/${'n'.repeat(255)}`, ['n'.repeat(255)]],
  ['/with:colon', ['with:colon']],
])('the cgroup %j is below the mount', (path, names) => {
  expect(parseCgroupPath(path)).toEqual(names);
});

it.each([
  ...[
    '',
    '/',
    '//',
    '.',
    '/berth',
    '..',
    '../x',
    '/../x',
    '/a/../../b',
    'a/..',
    'slice:prefix:name',
  ],
  ...['/a\nb', '\n', `/${'n'.repeat(256)}`, `/${'\u00e9'.repeat(128)}`],
])('a path that is none is refused, and the field is named: %j', (path) => {
  expect(() => parseCgroupPath(path)).toThrow(
    expect.objectContaining({
      code: 'CGROUP_PATH_INVALID',
      message: expect.stringContaining("'linux.cgroupsPath' is") as string,
    }),
  );
});

it('a path that is longer than any is refused', () => {
  expect(() => parseCgroupPath('/x'.repeat(2000))).toThrow(/wanted the path of a folder/);
});
