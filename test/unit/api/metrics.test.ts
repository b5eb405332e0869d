import { expect, test } from 'vitest';
import { Counters } from '../../../runtime/api/metrics/counters.ts';
import { exposition } from '../../../runtime/api/metrics/exposition.ts';
import { Histograms } from '../../../runtime/api/metrics/histograms.ts';

test('a metric is written as the format 0.0.4 has it', () => {
  const labels = { path: 'a\\b"c\nd', state: 'running' };
  const samples = [{ labels, value: 3 }, { value: Infinity }, { value: NaN }];
  expect(exposition([{ name: 'x', help: 'two\nlines \\', type: 'gauge', samples }])).toBe(
    [
      '# HELP x two\\nlines \\\\',
      '# TYPE x gauge',
      'x{path="a\\\\b\\"c\\nd",state="running"} 3',
      'x +Inf',
      'x NaN',
      '',
    ].join('\n'),
  );
});

test('a histogram counts each observation in all buckets that it fits', () => {
  const histograms = new Histograms({ name: 'h', help: 'h' });
  for (const seconds of [0.001, 0.002, 3, 100])
    histograms.observe('k', seconds, () => ({ a: 'b' }));
  const text = exposition([histograms.metric()]);
  expect(text).toContain('h_bucket{a="b",le="0.001"} 1\nh_bucket{a="b",le="0.0025"} 2\n');
  expect(text).toContain('h_bucket{a="b",le="2.5"} 2\nh_bucket{a="b",le="5"} 3\n');
  expect(text).toContain('h_bucket{a="b",le="+Inf"} 4\nh_sum{a="b"} 103.003\nh_count{a="b"} 4\n');
});

test('a counter adds by its labels', () => {
  const counters = new Counters({ name: 'c', help: 'c' });
  counters.add('1', 2, () => ({ code: '1' }));
  counters.add('2', 1, () => ({ code: '2' }));
  counters.add('1', 3, () => ({ code: 'never' }));
  expect(exposition([counters.metric()])).toContain('c{code="1"} 5\nc{code="2"} 1\n');
});
