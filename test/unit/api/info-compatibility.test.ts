import { expect, test } from 'vitest';

import { infoForVersion } from '../../../runtime/api/system/info-compatibility.ts';

const info = {
  ContainerdCommit: { ID: 'a' },
  RuncCommit: { ID: 'b' },
  InitCommit: { ID: 'c' },
  SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
};

test.each([
  ['1.24', { SecurityOptions: ['seccomp', 'cgroupns'], RuncCommit: { ID: 'b', Expected: 'b' } }],
  ['1.48', { SecurityOptions: info.SecurityOptions, RuncCommit: { ID: 'b', Expected: 'b' } }],
  ['1.49', { RuncCommit: { ID: 'b' }, BridgeNfIptables: false, BridgeNfIp6tables: false }],
])('docker info for API %s', (version, fields) => {
  expect(infoForVersion(info, version)).toMatchObject(fields);
});

test('without what nobody asks for any more', () => {
  expect(Object.keys(infoForVersion(info, '1.51'))).not.toContain('BridgeNfIptables');
  expect(infoForVersion(info, '1.51')).toMatchObject({ RuncCommit: { ID: 'b' } });
});
