import { expect, it } from 'vitest';
import { withIdMaps } from '../../../runtime/launch/namespaces/default-id-maps.ts';
import type { IdRights } from '../../../runtime/launch/namespaces/id-mapper.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';
import type { Spec } from '../../../runtime/spec/spec.ts';

const rights: IdRights = {
  own: { uid: 0, gid: 0 },
  canSetIds: true,
  uids: [
    { first: 0, count: 1000 },
    { first: 5000, count: 1 },
  ],
  gids: [{ first: 0, count: 0xffff_ffff }],
};

function spec(linux: object): Spec {
  return parseSpec({
    ociVersion: '1.2.1',
    process: { user: { uid: 0, gid: 0 }, args: ['true'], cwd: '/' },
    root: { path: 'rootfs' },
    linux,
  });
}

it('a new user namespace without mappings has all ids that there are, each as itself', () => {
  const { linux } = withIdMaps(spec({ namespaces: [{ type: 'user' }] }), rights);
  expect(linux.uidMappings).toEqual([
    { containerID: 0, hostID: 0, size: 1000 },
    { containerID: 5000, hostID: 5000, size: 1 },
  ]);
  expect(linux.gidMappings).toEqual([{ containerID: 0, hostID: 0, size: 0xffff_ffff }]);
});

it.each([
  ['it has some', { namespaces: [{ type: 'user' }], ...mappings() }],
  ['it is joined', { namespaces: [{ type: 'user', path: '/proc/1/ns/user' }] }],
  ['there is none', {}],
])('nothing is added where %s', (_, linux) => {
  const given = spec(linux);
  expect(withIdMaps(given, rights)).toBe(given);
});

function mappings(): object {
  const range = [{ containerID: 0, hostID: 100_000, size: 10 }];
  return { uidMappings: range, gidMappings: range };
}
