import { afterEach, describe, expect, test } from 'vitest';
import { useLanguage } from '../../../messages/language.ts';
import { renderScores } from '../../../scripts/mirrors/render-scores.ts';
import { renderStatus } from '../../../scripts/status/render-status.ts';
import { alignedLines, textTable } from '../../../scripts/ui/text-table.ts';
import { textWidth } from '../../../scripts/ui/text-width.ts';

afterEach(() => {
  useLanguage('en');
});

test.each([
  ['abc', 3],
  ['主机', 4],
  ['，（）：', 8],
  ['a主b', 4],
  ['한글', 4],
  ['𠀀', 2],
  ['é✓-', 3],
])('%s takes %i columns', (text, columns) => {
  expect(textWidth(text)).toBe(columns);
});

/** Where a word begins, in columns of a terminal. */
const columnOf = (line: string | undefined, word: string): number =>
  textWidth((line ?? '').split(word)[0] ?? '');

describe('a table', () => {
  test('has its columns under each other, whatever is in them', () => {
    const rows = [
      ['主机', 'x1', 'end'],
      ['a', '守护进程', 'end'],
    ];
    const lines = alignedLines(rows);
    expect(lines).toEqual(['主机  x1        end', 'a     守护进程  end']);
    expect(alignedLines(rows, { gap: 1, narrowest: 10 })[1]).toBe('a         守护进程  end');
  });

  test('has headings, and no blanks at the ends of its lines', () => {
    const columns = [
      { heading: 'NAME', cell: (row: { name: string }) => row.name },
      { heading: 'NOTE', cell: () => '' },
    ];
    expect(textTable(columns, [{ name: 'longer' }])).toBe('NAME    NOTE\nlonger\n');
  });
});

describe('in both languages', () => {
  const score = {
    ...{ registry: 'docker.io', source: 'https://m.example', firstByteMs: 5, bytesPerSecond: 1e6 },
    ...{ errors: 0, wrongDigests: 0, bytes: 5, blobs: 1 },
  };
  const rows = [
    { ...score, kind: 'mirror', state: 'good', lastUsedSeconds: 1000 },
    { ...score, kind: 'origin', state: 'of-tomorrow', lastUsedSeconds: undefined },
  ];

  test('the scores of mirrors stand under their headings', () => {
    const nowMs = 1_000_000 + 3 * 3_600_000;
    const english = renderScores(rows, nowMs).split('\n');
    expect(english[1]).toMatch(/mirror {4}good .* 3 hours ago$/);
    expect(english[2]).toMatch(/origin {4}of-tomorrow .* never$/);
    useLanguage('zh');
    const [head, first, second] = renderScores(rows, nowMs).split('\n');
    for (const [heading, one, other] of [
      ['状态', '正常', 'of-tomorrow'],
      ['上次使用', '3 小时前', '从未'],
    ] as const) {
      const column = columnOf(head, heading);
      expect([columnOf(first, one), columnOf(second, other)]).toEqual([column, column]);
    }
  });

  test('the status has its texts in one column', () => {
    const status = {
      journal: { state: 'none' },
      service: { state: 'none' },
      supervisor: { pid: 7, daemonPid: 8, restarts: 0, startedAtMs: 0 },
      engine: { state: 'unreachable', socketPath: '/s', why: 'x' },
    } as const;
    expect(renderStatus(status as never, 5000)).toBe(
      'host      not set up by berth\nservice   none\ndaemon    process 8, up for 5 s (supervisor: process 7)\nengine    does not answer: x\n',
    );
    useLanguage('zh');
    const lines = renderStatus(status as never, 5000).split('\n');
    const words = ['berth', '无', '进程 8', '没有应答'];
    expect(words.map((word, index) => columnOf(lines[index], word))).toEqual([10, 10, 10, 10]);
  });
});
