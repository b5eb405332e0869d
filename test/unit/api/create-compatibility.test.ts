import { expect, test } from 'vitest';

import { forClientVersion } from '../../../runtime/api/routes/create-compatibility.ts';
import { requestWith } from '../container/create-request.ts';

test.each([
  ['1.43', 0],
  ['1.44', 5e6],
])('the interval of health checks at the start is for API %s %i ns', (version, ns) => {
  const request = requestWith({ Healthcheck: { Test: ['CMD', 'x'], StartInterval: 5e6 } });
  expect(forClientVersion(request, version, '1').config.Healthcheck).toMatchObject({
    Test: ['CMD', 'x'],
    StartInterval: ns,
  });
  expect(forClientVersion(requestWith(), version, '1').config.Healthcheck).toBe(null);
});

test.each([
  ['1.39', { IpcMode: 'shareable', Annotations: null }],
  ['1.42', { IpcMode: '', Annotations: null }],
  ['1.43', { IpcMode: '', Annotations: { a: 'b' } }],
])('the host configuration for API %s', (version, fields) => {
  const request = requestWith({}, { Annotations: { a: 'b' } });
  expect(forClientVersion(request, version, '1').hostConfig).toMatchObject(fields);
});

test.each([
  ['1.40', '1', '', 'host'],
  ['1.40', '1', 'private', 'private'],
  ['1.40', '2', '', ''],
  ['1.41', '1', '', ''],
] as const)(
  'with API %s on cgroup v%s the mode "%s" of the cgroup namespace becomes "%s"',
  (version, cgroupVersion, asked, mode) => {
    const request = requestWith({}, { CgroupnsMode: asked });
    expect(forClientVersion(request, version, cgroupVersion).hostConfig.CgroupnsMode).toBe(mode);
  },
);

test('options of mounts that came later, or are of another kind, are not looked at', () => {
  const mount = {
    ...{ Type: 'bind', Source: '/a', Target: '/b' },
    BindOptions: { NonRecursive: true, CreateMountpoint: true },
    VolumeOptions: { NoCopy: true },
  };
  const request = requestWith({}, { Mounts: [mount] });
  const mountFor = (version: string): unknown =>
    forClientVersion(request, version, '1').hostConfig.Mounts?.[0];
  expect(mountFor('1.39')).toMatchObject({
    BindOptions: { NonRecursive: false, CreateMountpoint: false },
    VolumeOptions: null,
  });
  expect(mountFor('1.41')).toMatchObject({ BindOptions: { NonRecursive: true } });
  expect(mountFor('1.42')).toMatchObject({
    BindOptions: { CreateMountpoint: true },
    VolumeOptions: { NoCopy: true },
  });
});

test.each([
  ['1.43', { Type: 'bind', BindOptions: { ReadOnlyForceRecursive: true } }, 'ReadOnlyForceRec'],
  ['1.44', { Type: 'volume', VolumeOptions: { Subpath: 'x' } }, 'Subpath needs API v1.45'],
  ['1.47', { Type: 'image' }, 'Mount type "Image" needs API v1.48'],
])('API %s refuses %j, which would be lost', (version, mount, message) => {
  const request = requestWith({}, { Mounts: [{ Target: '/b', ...mount }] });
  expect(() => forClientVersion(request, version, '1')).toThrow(message);
});
