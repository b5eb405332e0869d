import { expect, test } from 'vitest';
import { packedValue } from '../../../runtime/layer/pack-entry.ts';

test('a capability is packed without the user that it was given by', () => {
  const common = Buffer.alloc(17, 7);
  const ofAll = Buffer.concat([Buffer.from([1, 0, 0]), common]);
  ofAll[3] = 2;
  const ofOne = Buffer.concat([ofAll, Buffer.from([0xa0, 0x86, 1, 0])]);
  ofOne[3] = 3;
  expect(packedValue('security.capability', ofOne)).toEqual(ofAll);
  expect(packedValue('security.capability', ofAll)).toEqual(ofAll);
  expect(packedValue('user.note', ofOne)).toBe(ofOne);
});
