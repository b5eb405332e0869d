import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

import { makeTar } from '../layer/support.ts';
import { useImageBench } from './image-bench.ts';

const bench = useImageBench();
const { must, fails } = bench;

test('tells what is wrong with an archive in its answer, which has begun; of parameters with a status', async () => {
  const file = join(bench.daemon.root, 'bad.tar');
  const notes = await makeTar([{ name: 'notes', content: 'no image' }]);
  const bad: readonly (readonly [Buffer, RegExp])[] = [
    [Buffer.alloc(2048, 'a'), /the tar archive is not valid/],
    [notes, /it has no image/],
    [notes.subarray(0, 700), /it ends within a file/],
    [gzipSync(notes).subarray(0, 60), /ends too early|damaged/],
  ];
  for (const [bytes, message] of bad) {
    writeFileSync(file, bytes);
    expect(await bench.upload('/images/load', file)).toEqual({
      status: 200,
      lines: [
        {
          error: expect.stringMatching(message) as unknown,
          errorDetail: expect.objectContaining({
            message: expect.stringMatching(message) as unknown,
          }) as unknown,
        },
      ],
    });
    expect(await fails('load', '-i', file)).toMatch(message);
  }
  const one = `platform=${encodeURIComponent('{"os":"linux","architecture":"amd64"}')}`;
  const both = `${one}&${one}`;
  for (const query of ['platform=x', both])
    expect(await bench.upload(`/v1.48/images/load?${query}`, file)).toMatchObject({
      status: 400,
    });
  // As `docker save` writes it of nothing.
  writeFileSync(file, await makeTar([{ name: 'manifest.json', content: '[]' }]));
  const path = '/images/load';
  expect(await bench.ask({ method: 'POST', path, body: '' })).toMatchObject({ status: 200 });
  expect(await must('load', '-i', file)).toBe('');
});
