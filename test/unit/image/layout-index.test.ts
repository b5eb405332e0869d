import { expect, test } from 'vitest';

import { digestOf } from '../../../runtime/image/digest.ts';
import {
  formatIndexFile,
  nameFromAnnotations,
  parseIndexFile,
} from '../../../runtime/image/layout-index.ts';
import { canonicalName, parseReference } from '../../../runtime/image/reference.ts';

const ref = 'org.opencontainers.image.ref.name';
const full = 'io.containerd.image.name';

test.each([
  [{ [full]: 'docker.io/library/app:1', [ref]: '1' }, 'docker.io/library/app:1'],
  [{ [full]: 'app:1' }, 'docker.io/library/app:1'],
  [{ [ref]: 'app:1' }, 'docker.io/library/app:1'],
  [{ [ref]: 'localhost/app' }, 'localhost/app'],
  // A tag of what? And names that are none.
  [{ [ref]: 'latest' }, undefined],
  [{ [ref]: 'No Name:1' }, undefined],
  [{ [full]: '' }, undefined],
  [{}, undefined],
  [undefined, undefined],
])('annotations %j name %s', (annotations, name) => {
  const found = nameFromAnnotations(annotations);
  expect(found && canonicalName(found)).toBe(name);
});

test('entries are the same after they were written and read, other annotations included', () => {
  const descriptor = {
    mediaType: 'm',
    digest: digestOf('x'),
    size: 3,
    annotations: { other: 'kept' },
  };
  const entries = [
    { descriptor, name: parseReference('[::1]:5000/app:1') },
    { descriptor: { mediaType: 'm', digest: digestOf('y'), size: 3 }, name: undefined },
  ];
  expect(parseIndexFile(formatIndexFile(entries), 'index')).toEqual(entries);
});

test('of a descriptor only what others can read is written', () => {
  const descriptor = {
    mediaType: 'm',
    digest: digestOf('x'),
    size: 3,
    platform: { os: 'linux', architecture: 'arm64', variant: 'v8', junk: [[]] },
    data: '!!!',
    urls: ['file:///etc/passwd'],
  };
  const text = formatIndexFile([{ descriptor, name: parseReference('app:1') }]);
  const { manifests } = JSON.parse(text) as { manifests: readonly object[] };
  expect(manifests.map((entry) => Object.keys(entry).sort())).toEqual([
    ['annotations', 'digest', 'mediaType', 'platform', 'size'],
  ]);
  expect(manifests[0]).toMatchObject({
    platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
  });
  expect(text).not.toContain('junk');
});
