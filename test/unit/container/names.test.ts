import { describe, expect, test } from 'vitest';

import {
  isContainerId,
  newContainerId,
  shortId,
} from '../../../runtime/container/model/container-id.ts';
import { parseContainerName } from '../../../runtime/container/model/container-name.ts';
import { randomName } from '../../../runtime/container/model/random-name.ts';

describe('ids', () => {
  test('are 64 hex digits, and never look like a number when short', () => {
    const ids = Array.from({ length: 200 }, newContainerId);
    expect(ids.every(isContainerId)).toBe(true);
    expect(ids.map(shortId).filter((id) => /^\d+$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(200);
  });
});

describe('names', () => {
  test.each([
    ['web', 'web'],
    ['/web', 'web'],
    ['a.b_c-1', 'a.b_c-1'],
  ])('%s is taken as %s', (text, name) => {
    expect(parseContainerName(text)).toBe(name);
  });

  test.each(['', '/', 'a', '-ab', 'a b', 'a/b', '//ab', 'äb', '../x'])(
    '"%s" is refused',
    (text) => {
      expect(() => parseContainerName(text)).toThrow(
        `Invalid container name (${text}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
      );
    },
  );

  test('that are made up are valid, and get a number when many are taken', () => {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const name = randomName(attempt);
      expect(parseContainerName(name)).toBe(name);
      expect(/\d$/.test(name)).toBe(attempt >= 3);
    }
  });
});
