import { expect, test } from 'vitest';
import { resultsOfTap } from '../../conformance/tap.ts';

test('assertions are found among other output, with a name that is theirs alone', () => {
  const output = [
    'TAP version 13',
    'ok 1 - has expected hostname',
    '  ---',
    '  not ok 1 - what a test quotes',
    'ok 2 - has expected hostname',
    'not ok 3 has a limit',
    '1..3',
  ].join('\n');
  expect(resultsOfTap('hostname', output).map(({ name, outcome }) => [name, outcome])).toEqual([
    ['hostname: has expected hostname', 'pass'],
    ['hostname: has expected hostname (2)', 'pass'],
    ['hostname: has a limit', 'fail'],
  ]);
});

test('a terminal ends its lines with a carriage return', () => {
  expect(resultsOfTap('u', '1..1\r\nok 1 - exec # 0.123s\r\n')).toEqual([
    { name: 'u: exec', outcome: 'pass' },
  ]);
});

test('what is skipped or still to do counts as neither', () => {
  const output =
    'ok 1 - a #SKIP requires TTY # 0.1s\nok 2 # skip test requires criu\nnot ok 3 c # TODO';
  expect(resultsOfTap('u', output).map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ['skip', 'SKIP requires TTY # 0.1s'],
    ['skip', 'skip test requires criu'],
    ['skip', 'TODO'],
  ]);
});

test('the reason of a failure is what was said before it, and the diagnostics after', () => {
  const output =
    'cannot mount\nnot ok 1 - a\n  ---\nok 2 - b\n  fine\ntoo late\nnot ok 3 - c\n# status 1\n';
  expect(resultsOfTap('u', output).map(({ reason }) => reason)).toEqual([
    'cannot mount\n  ---',
    undefined,
    'too late\n# status 1',
  ]);
});
