import { expect, it } from 'vitest';
import { scopeName } from '../../../../runtime/oci/systemd/unit-name.ts';

it.each([
  ['machine.slice:libpod:1234', 'machine.slice', 'libpod-1234.scope'],
  ['a-b.slice:docker:x', 'a-b.slice', 'docker-x.scope'],
  [':crio:x', 'system.slice', 'crio-x.scope'],
  ['-.slice:p:x', '-.slice', 'p-x.scope'],
  ['user.slice::x', 'user.slice', 'x.scope'],
  ['', 'system.slice', 'berth-id1.scope'],
  [undefined, 'system.slice', 'berth-id1.scope'],
])('"%s" is in %s as %s', (path, slice, unit) => {
  expect(scopeName(path, 'id1')).toEqual({ slice, unit });
});

it.each([
  ...['/berth/x', 'x', 'a.slice:b', 'a.slice:b:c:d', 'a.slice:b:', 'a:b:c', '.slice:b:c'],
  ...['a--b.slice:c:d', '-a.slice:c:d', 'a.slice/b.slice:c:d', 'a.slice:b:c.slice'],
])('"%s" is refused', (path) => {
  expect(() => scopeName(path, 'id1')).toThrow(
    expect.objectContaining({ code: 'CGROUP_PATH_INVALID' }),
  );
});
