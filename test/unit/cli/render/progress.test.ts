import { describe, expect, test } from 'vitest';
import { ProgressRenderer, progressBar } from '../../../../runtime/cli/render/progress.ts';

const downloading = (id: string, current: number): Record<string, unknown> => ({
  id,
  status: 'Downloading',
  progressDetail: { current, total: 100 },
});

test('a bar shows how far it is', () => {
  expect(progressBar(50, 100)).toBe(`[${'='.repeat(25)}>${' '.repeat(24)}]  50B/100B`);
  expect(progressBar(100, 100)).toBe(`[${'='.repeat(50)}]  100B/100B`);
  expect(progressBar(1500, 0)).toBe('1.5kB');
});

describe('on a terminal', () => {
  test("each layer's line changes in place", () => {
    const renderer = new ProgressRenderer('terminal');
    const texts = [
      { id: 'latest', status: 'Pulling from library/a' },
      downloading('one', 1),
      downloading('two', 2),
      { id: 'one', status: 'Pull complete', progressDetail: {} },
      { id: 'two', status: 'Pull complete' },
      { status: 'Digest: sha256:1' },
    ].map((message) => renderer.render(message));
    expect(texts.map((text) => text.replace(/\[=*>? *\]/, '[]'))).toEqual([
      'latest: Pulling from library/a\n',
      'one: Downloading []  1B/100B\n',
      'two: Downloading []  2B/100B\n',
      '\u001b[2A\u001b[2K\rone: Pull complete\n\u001b[1B',
      '\u001b[1A\u001b[2K\rtwo: Pull complete\n',
      'Digest: sha256:1\n',
    ]);
  });
});

describe('elsewhere', () => {
  test('events are lines, and bars are not shown', () => {
    const renderer = new ProgressRenderer('lines');
    const texts = [
      downloading('one', 1),
      { id: 'one', status: 'Pull complete' },
      { stream: 'Loaded image: a\n' },
    ];
    expect(texts.map((message) => renderer.render(message)).join('')).toBe(
      'one: Pull complete\nLoaded image: a\n',
    );
  });
});

test.each([
  { error: 'no such host' },
  { errorDetail: { message: 'no such host' }, error: 'other' },
])('an error ends it: %j', (message) => {
  expect(() => new ProgressRenderer('lines').render(message)).toThrow(
    expect.objectContaining({ code: 'IMAGE_PULL_FAILED', message: 'no such host' }),
  );
});
