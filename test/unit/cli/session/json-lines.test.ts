import { expect, test } from 'vitest';
import { JsonLines } from '../../../../runtime/cli/session/json-lines.ts';

async function written(
  chunks: readonly (readonly ['output' | 'errors', string])[],
): Promise<readonly unknown[]> {
  let text = '';
  const output = {
    isTerminal: false,
    write: (data: string | Uint8Array) => {
      text += Buffer.from(data).toString('utf8');
      return Promise.resolve();
    },
    size: () => undefined,
    onResize: () => () => undefined,
  };
  const lines = new JsonLines({ output });
  for (const [to, chunk] of chunks) await lines.console[to].write(chunk);
  await lines.end();
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

const time = '2026-11-22T10:00:00.000000001Z';

test('each line is an object with its stream, its time and its text', async () => {
  expect(
    await written([
      ['output', `${time} one\n${time} \n`],
      ['errors', `${time} "two" and more\n`],
    ]),
  ).toEqual([
    { stream: 'stdout', time, line: 'one' },
    { stream: 'stdout', time, line: '' },
    { stream: 'stderr', time, line: '"two" and more' },
  ]);
});

test('a line comes in pieces, also in the middle of a letter, and the last one without an end', async () => {
  const [first, second] = [`${time} caf`, `é\n${time} end`];
  expect(
    await written([
      ['output', first],
      ['errors', `${time} between\n`],
      ['output', second],
    ]),
  ).toEqual([
    { stream: 'stderr', time, line: 'between' },
    { stream: 'stdout', time, line: 'café' },
    { stream: 'stdout', time, line: 'end' },
  ]);
});

test("a terminal's lines end as others do", async () => {
  expect(await written([['output', `${time} prompt\r\n`]])).toEqual([
    { stream: 'stdout', time, line: 'prompt' },
  ]);
});
