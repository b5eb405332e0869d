import { describe, expect, test } from 'vitest';

import { digestOf } from '../../../runtime/image/digest.ts';
import {
  addImage,
  removeManifests,
  removeNames,
  replaceManifest,
} from '../../../runtime/image/entry-changes.ts';
import type { IndexEntry } from '../../../runtime/image/layout-index.ts';
import type { Descriptor } from '../../../runtime/image/manifest.ts';
import { familiarName, parseReference } from '../../../runtime/image/reference.ts';
import type { Reference } from '../../../runtime/image/reference.ts';

const image = (name: string): Descriptor => ({ mediaType: '', digest: digestOf(name), size: 1 });
const names = (...texts: readonly string[]): readonly Reference[] => texts.map(parseReference);

/** Entries as text: `image name`, with the images called by one letter. */
function show(entries: readonly IndexEntry[]): readonly string[] {
  const letters = new Map(['A', 'B', 'C'].map((letter) => [digestOf(letter), letter]));
  const line = ({ descriptor, name }: IndexEntry): string =>
    `${letters.get(descriptor.digest) ?? '?'} ${name === undefined ? '-' : familiarName(name)}`;
  return entries.map(line).sort();
}

const one = addImage([], image('A'), names('a:1'));

describe('adding an image', () => {
  test('with names gives an entry for each, once', () => {
    expect(show(addImage([], image('A'), names('a:1', 'a:2', 'docker.io/library/a:1')))).toEqual([
      'A a:1',
      'A a:2',
    ]);
  });

  test('without a name gives one entry, however often', () => {
    const entries = addImage([], image('A'), []);
    expect(show(addImage(entries, image('A'), []))).toEqual(['A -']);
  });

  test('without a name changes nothing for an image that has one', () => {
    expect(show(addImage(one, image('A'), []))).toEqual(['A a:1']);
  });

  test('with a name gives one to the image that had none', () => {
    expect(show(addImage(addImage([], image('A'), []), image('A'), names('a:1')))).toEqual([
      'A a:1',
    ]);
  });

  test('takes a name from another image, which stays without one', () => {
    expect(show(addImage(one, image('B'), names('a:1')))).toEqual(['A -', 'B a:1']);
  });

  test('takes a name from another image, which keeps its other one', () => {
    const two = addImage(one, image('A'), names('a:2'));
    expect(show(addImage(two, image('B'), names('a:1')))).toEqual(['A a:2', 'B a:1']);
  });
});

describe('removing', () => {
  test('the last name of an image leaves it without one', () => {
    expect(show(removeNames(one, names('a:1')))).toEqual(['A -']);
  });

  test('one name of several removes just that', () => {
    expect(show(removeNames(addImage(one, image('A'), names('a:2')), names('a:1')))).toEqual([
      'A a:2',
    ]);
  });

  test('a name that is not there changes nothing', () => {
    expect(show(removeNames(one, names('b:1')))).toEqual(['A a:1']);
  });

  test('images removes all their names, and leaves the others', () => {
    const all = addImage(addImage(one, image('A'), names('a:2')), image('B'), names('b:1'));
    expect(show(removeManifests(all, new Set([digestOf('A')])))).toEqual(['B b:1']);
  });
});

describe('replacing a manifest', () => {
  test('takes its tags along, and leaves names by digest what they stand for', () => {
    const digestName = `a@${digestOf('A')}`;
    const before = addImage(
      addImage([], image('A'), names('a:1', 'b:1', digestName)),
      image('C'),
      [],
    );
    expect(show(replaceManifest(before, digestOf('A'), image('B')))).toEqual([
      `A ${digestName}`,
      'B a:1',
      'B b:1',
      'C -',
    ]);
  });

  test('of an image without a name leaves one without a name', () => {
    const before = addImage([], image('A'), []);
    expect(show(replaceManifest(before, digestOf('A'), image('B')))).toEqual(['B -']);
  });
});
