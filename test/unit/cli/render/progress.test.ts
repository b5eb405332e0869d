import { describe, expect, test } from 'vitest';
import type { Fields } from '../../../../runtime/cli/client/fields.ts';
import { partLine } from '../../../../runtime/cli/render/progress-bar.ts';
import { progressMessage } from '../../../../runtime/cli/render/progress-message.ts';
import { ProgressLines, TerminalProgress } from '../../../../runtime/cli/render/progress.ts';
import { TransferRate } from '../../../../runtime/cli/render/transfer-rate.ts';
import { Screen } from './screen.ts';

const downloading = (id: string, current: number, total = 100): Fields => ({
  id,
  status: 'Downloading',
  progressDetail: { current, total },
});

describe("a part's line", () => {
  const state = { status: 'Downloading', currentBytes: 50, totalBytes: 100 };
  const still = { status: 'Pull complete', currentBytes: 0, totalBytes: 0 };

  test('has a bar that shows how far it is, sizes and the rate', () => {
    expect(partLine('a', state, { columns: 200, bytesPerSecond: 2000 })).toBe(
      `a: Downloading [${'='.repeat(25)}>${' '.repeat(24)}]  50B/100B  2kB/s`,
    );
    const done = { ...state, currentBytes: 100 };
    expect(partLine('a', done, { columns: 200, bytesPerSecond: 0 })).toBe(
      `a: Downloading [${'='.repeat(50)}]  100B/100B`,
    );
  });

  test('has no bar without a total', () => {
    const unknown = { ...state, totalBytes: 0 };
    expect(partLine('a', unknown, { columns: 80, bytesPerSecond: 0 })).toBe('a: Downloading 50B');
  });

  test.each([200, 80, 60, 40, 30, 20, 12, 5, 2])('fits into %i columns', (columns) => {
    for (const each of [state, { ...state, currentBytes: 1, totalBytes: 12_345_678_901 }, still]) {
      const line = partLine('0123456789ab', each, { columns, bytesPerSecond: 123_456 });
      expect(line.length).toBeLessThan(columns);
    }
  });
});

describe('the rate', () => {
  test('is that of the last seconds, and unknown at first', () => {
    const rate = new TransferRate();
    expect(rate.update(0, 0)).toBe(0);
    expect(rate.update(1000, 400)).toBe(0);
    expect(rate.update(1000, 1000)).toBe(1000);
    expect(rate.update(1000, 5500)).toBe(0);
  });

  test('starts anew when something else is counted', () => {
    const rate = new TransferRate();
    rate.update(5000, 0);
    expect(rate.update(100, 1000)).toBe(0);
    expect(rate.update(1100, 2000)).toBe(1000);
  });
});

/** A terminal with progress on it, and a clock that the test moves. */
function terminal(size: { rows: number; columns: number }) {
  const screen = new Screen(size.rows);
  const time = { ms: 0 };
  const view = new TerminalProgress({ size: () => size, nowMs: () => time.ms });
  return {
    screen,
    size,
    time,
    show: (...messages: readonly Fields[]) => {
      for (const message of messages) {
        time.ms += 100;
        screen.write(view.show(progressMessage(message)));
      }
    },
    end: () => {
      screen.write(view.end());
    },
  };
}

describe('on a terminal', () => {
  test("each part's line changes in place, and what follows stands below", () => {
    const { show, screen, end } = terminal({ rows: 24, columns: 80 });
    screen.write('Using default tag: latest\n');
    show({ id: 'latest', status: 'Pulling from library/a' });
    show(downloading('one', 1), downloading('two', 2));
    expect(screen.lines().map((line) => line.replace(/\[=*>? *\]/, '[]'))).toEqual([
      'Using default tag: latest',
      'latest: Pulling from library/a',
      'one: Downloading []  1B/100B',
      'two: Downloading []  2B/100B',
    ]);
    show({ id: 'one', status: 'Pull complete', progressDetail: {} });
    show({ id: 'two', status: 'Pull complete' }, { status: 'Digest: sha256:1' });
    end();
    expect(screen.lines()).toEqual([
      'Using default tag: latest',
      'latest: Pulling from library/a',
      'one: Pull complete',
      'two: Pull complete',
      'Digest: sha256:1',
    ]);
  });

  test('is not painted more often than eyes can see', () => {
    const { show, time, screen } = terminal({ rows: 24, columns: 80 });
    show(downloading('one', 1));
    const before = screen.lines();
    time.ms -= 90;
    show(downloading('one', 50));
    expect(screen.lines()).toEqual(before);
    show(downloading('one', 60));
    expect(screen.lines()).not.toEqual(before);
  });

  test('with more parts than rows: those that move are shown, and all of them in the end', () => {
    const { show, screen, end } = terminal({ rows: 5, columns: 80 });
    screen.write('$ berth pull\n');
    for (let part = 0; part < 9; part += 1) show({ id: `part-${part}`, status: 'Waiting' });
    show(downloading('part-1', 5), downloading('part-7', 5));
    const shown = screen
      .lines()
      .slice(-4)
      .map((line) => line.replace(/ \[.*/, ''));
    expect(shown).toEqual([
      'part-1: Downloading',
      'part-7: Downloading',
      'part-8: Waiting',
      '... and 6 more',
    ]);
    for (let part = 0; part < 9; part += 1) show({ id: `part-${part}`, status: 'Pull complete' });
    show({ status: 'Status: done' });
    end();
    // Nothing of before is lost, and no line is there twice.
    expect(screen.lines()).toEqual([
      '$ berth pull',
      ...Array.from({ length: 9 }, (_none, part) => `part-${part}: Pull complete`),
      'Status: done',
    ]);
  });

  test('that becomes narrower or wider: every line fits, and what was above stays', () => {
    const { show, size, screen, end } = terminal({ rows: 10, columns: 120 });
    screen.write('$ berth pull\n');
    show(downloading('one', 1), downloading('two', 2));
    size.columns = 30;
    show(downloading('two', 50));
    expect(screen.lines()[0]).toBe('$ berth pull');
    expect(Math.max(...screen.lines().map((line) => line.length))).toBeLessThan(30);
    size.columns = 200;
    show({ id: 'one', status: 'Pull complete' }, { id: 'two', status: 'Pull complete' });
    end();
    expect(screen.lines()).toEqual(['$ berth pull', 'one: Pull complete', 'two: Pull complete']);
  });
});

describe('elsewhere', () => {
  test('events are lines, bars are not shown, and nothing is said twice', () => {
    const view = new ProgressLines();
    const texts = [
      downloading('one', 1),
      { id: 'one', status: 'Pull complete' },
      { id: 'one', status: 'Pull complete' },
      { stream: 'Loaded image: a\n' },
    ].map((message) => view.show(progressMessage(message)));
    expect(texts.join('')).toBe('one: Pull complete\nLoaded image: a\n');
  });
});

test.each([
  { error: 'no such host' },
  { errorDetail: { message: 'no such host', remedy: 'Wait.' }, error: 'other' },
])('an error is one: %j', (message) => {
  expect(progressMessage(message)).toMatchObject({ kind: 'failure', message: 'no such host' });
});
