import { describe, expect, test } from 'vitest';
import { createdAt, humanDuration, humanSince } from '../../../../runtime/cli/render/duration.ts';
import { renderFacts } from '../../../../runtime/cli/render/facts.ts';
import { binarySize, humanSize } from '../../../../runtime/cli/render/size.ts';
import { ellipsis, shortId } from '../../../../runtime/cli/render/text.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

describe('humanDuration', () => {
  // The words of docker's tables, with their edges.
  test.each([
    [0.9, 'Less than a second'],
    [1.9, '1 second'],
    [59, '59 seconds'],
    [minute, 'About a minute'],
    [2 * minute - 1, 'About a minute'],
    [59 * minute, '59 minutes'],
    [hour, 'About an hour'],
    [1.5 * hour, '2 hours'],
    [47 * hour, '47 hours'],
    [2 * day, '2 days'],
    [13 * day, '13 days'],
    [14 * day, '2 weeks'],
    [59 * day, '8 weeks'],
    [60 * day, '2 months'],
    [729 * day, '24 months'],
    [730 * day, '2 years'],
  ])('%f seconds: %s', (seconds, words) => {
    expect(humanDuration(seconds * 1000)).toBe(words);
  });
});

test('a time is told from now on, and never in the future', () => {
  expect(humanSince(1000, 1_065_000)).toBe('About a minute ago');
  expect(humanSince(2000, 1_000_000)).toBe('Less than a second ago');
  expect(humanSince(0, 1_000_000)).toBe('N/A');
  expect(createdAt(0)).toBe('1970-01-01 00:00:00 +0000 UTC');
});

test.each([
  [0, '0B', '0B'],
  [999, '999B', '999B'],
  [1000, '1kB', '1000B'],
  [1_982_256, '1.98MB', '1.89MiB'],
  [25_275_000_000, '25.3GB', '23.54GiB'],
])('%i bytes are %s or %s', (bytes, decimal, binary) => {
  expect([humanSize(bytes), binarySize(bytes)]).toEqual([decimal, binary]);
});

test('texts are shortened by characters', () => {
  expect(ellipsis('abcde', 5)).toBe('abcde');
  expect(ellipsis('größer', 5)).toBe('größ…');
  expect(shortId(`sha256:${'ab'.repeat(32)}`)).toBe('abababababab');
});

test('facts are indented, and left out when empty', () => {
  const facts = [
    {
      name: 'Server',
      facts: [
        { name: 'Version', value: '1' },
        { name: 'Commit', value: '' },
      ],
    },
    { name: 'Empty', facts: [] },
    { name: 'CPUs', value: 0 },
  ];
  expect(renderFacts(facts)).toBe('Server:\n Version: 1\nCPUs: 0\n');
});
