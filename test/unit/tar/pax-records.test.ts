import { describe, expect, test } from 'vitest';

import { parsePaxRecords, parsePaxTime } from '../../../runtime/tar/pax-records.ts';

describe('pax records', () => {
  test('have values of any bytes, line breaks and equals signs included', () => {
    const value = Buffer.from([0, 0xff, 0x0a, 0x3d, 0x80]);
    const record = Buffer.concat([Buffer.from('10 k='), value.subarray(0, 4), Buffer.from('\n')]);
    expect(parsePaxRecords(record)).toEqual(new Map([['k', value.subarray(0, 4)]]));
  });

  test('follow each other, the last one of a keyword counts', () => {
    const records = parsePaxRecords(Buffer.from('7 a=bc\n7 a=de\n6 e=f\n'));
    expect(records).toEqual(
      new Map([
        ['a', Buffer.from('de')],
        ['e', Buffer.from('f')],
      ]),
    );
  });

  test('of the oldest sparse format are joined to one map', () => {
    const record = (keyword: string, value: string): string => {
      const rest = ` ${keyword}=${value}\n`;
      return `${rest.length + 2}${rest}`;
    };
    const pairs = [record('GNU.sparse.offset', '5'), record('GNU.sparse.numbytes', '6')];
    const twice = Buffer.from([...pairs, ...pairs].join(''));
    expect(parsePaxRecords(twice)?.get('GNU.sparse.map')?.toString()).toBe('5,6,5,6');
    expect(parsePaxRecords(Buffer.from(pairs.reverse().join('')))).toBeUndefined();
  });

  test.each([
    'x',
    '7 a=bc',
    '8 a=bc\n',
    '6 a=bc\n',
    '7 abcd\n',
    '0 a=b\n',
    '-7 a=b\n',
    '99999999999 a=b\n',
    '3 =\n7 a=bc\n ',
  ])('are refused when malformed: %j', (text) => {
    expect(parsePaxRecords(Buffer.from(text))).toBeUndefined();
  });
});

test.each([
  ['1700000000', 1_700_000_000, 0],
  ['1.5', 1, 500_000_000],
  ['1.123456789', 1, 123_456_789],
  ['1.1234567899', 1, 123_456_789],
  ['0.000000001', 0, 1],
  ['-1', -1, 0],
  ['-1.25', -2, 750_000_000],
  ['1.', 1, 0],
])('the time %s', (text, seconds, nanoseconds) => {
  expect(parsePaxTime(text)).toEqual({ seconds, nanoseconds });
});

test.each(['', '.5', '1e9', 'now', '1.2.3', '9'.repeat(20)])('%j is no time', (text) => {
  expect(parsePaxTime(text)).toBeUndefined();
});
