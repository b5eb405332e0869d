import { expect, test } from 'vitest';

import { digestOf } from '../../../runtime/image/digest.ts';
import type { StoredImage } from '../../../runtime/image/image-catalog.ts';
import { planRemoval } from '../../../runtime/image/image-removal.ts';
import { familiarName, parseReference } from '../../../runtime/image/reference.ts';

const id = digestOf('image');
const repoDigest = (repository: string): string => `${repository}@${digestOf('manifest')}`;

function imageWith(...names: readonly string[]): StoredImage {
  const descriptor = { mediaType: '', digest: id, size: 1 };
  return {
    id,
    manifestDigest: digestOf('manifest'),
    manifest: { schemaVersion: 2, config: descriptor, layers: [] },
    config: { architecture: '', os: '', rootfs: { type: 'layers', diff_ids: [] } },
    names: names.map(parseReference),
    descriptor,
    indexed: new Set([digestOf('manifest')]),
  };
}

// Names of the image, what is removed, what loses its name, whether the image goes.
test.each([
  [['a:1'], 'a:1', ['a:1'], 'goes'],
  [['a:latest'], 'a', ['a:latest'], 'goes'],
  [['a:1', 'a:2'], 'a:1', ['a:1'], 'stays'],
  [['a:1', repoDigest('a')], 'a:1', ['a:1', repoDigest('a')], 'goes'],
  [['a:1', 'a:2', repoDigest('a')], 'a:1', ['a:1'], 'stays'],
  [['a:1', repoDigest('a'), repoDigest('b')], 'a:1', ['a:1', repoDigest('a')], 'stays'],
  [['a:1', repoDigest('a')], repoDigest('a'), [repoDigest('a')], 'stays'],
  [['a:1', repoDigest('a')], id, ['a:1', repoDigest('a')], 'goes'],
  [[repoDigest('a')], id.slice(7, 19), [repoDigest('a')], 'goes'],
  [[], id, [], 'goes'],
])('an image with the names %j: removing %s', (names, asked, untag, image) => {
  const plan = planRemoval(imageWith(...names), asked, { force: 'never', users: [] });
  expect(plan.untag.map(familiarName)).toEqual(untag);
  expect(plan.image).toBe(image);
});

test('an id of several repositories is refused before its containers are looked at, as Docker does', () => {
  const users = [{ containerId: 'c'.repeat(64), imageId: id, running: false }];
  const asked = { force: 'never', users } as const;
  expect(() => planRemoval(imageWith('a:1', 'b:1'), id, asked)).toThrow(
    /^conflict: unable to delete [0-9a-f]{12} \(must be forced\) - image is referenced in multiple repositories$/,
  );
  expect(() => planRemoval(imageWith('a:1'), id, asked)).toThrow(
    /\(must be forced\) - image is being used by stopped container c{12}$/,
  );
});
