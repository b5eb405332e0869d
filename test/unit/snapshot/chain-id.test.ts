import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';

import { digestOf } from '../../../runtime/image/digest.ts';
import { chainIdsOf } from '../../../runtime/snapshot/chain-id.ts';

test('a ChainID names a layer together with all below it', () => {
  const [a, b, c] = [digestOf('a'), digestOf('b'), digestOf('c')];
  const join = (below: string, diffId: string): string =>
    `sha256:${createHash('sha256').update(`${below} ${diffId}`).digest('hex')}`;
  expect(chainIdsOf([])).toEqual([]);
  expect(chainIdsOf([a, b, c])).toEqual([a, join(a, b), join(join(a, b), c)]);
  expect(chainIdsOf([b, a])[1]).not.toBe(chainIdsOf([a, b])[1]);
});
