import { expect, test } from 'vitest';

import { EventQueue } from '../../../runtime/image/event-queue.ts';

async function collect<T>(queue: EventQueue<T>, into: T[] = []): Promise<T[]> {
  for await (const event of queue.read()) into.push(event);
  return into;
}

test('events come in order, those that were pushed before the reader came included', async () => {
  const queue = new EventQueue<number>();
  queue.push(1);
  const read = collect(queue);
  await Promise.resolve();
  queue.push(2);
  queue.push(3);
  queue.end();
  expect(await read).toEqual([1, 2, 3]);
});

test('an error comes after the events that were pushed before it', async () => {
  const queue = new EventQueue<number>();
  const seen: number[] = [];
  queue.push(1);
  queue.fail(new Error('broken'));
  await expect(collect(queue, seen)).rejects.toThrow('broken');
  expect(seen).toEqual([1]);
});

test('news that nobody has read yet gives way to newer news, in its place', async () => {
  const queue = new EventQueue<string>({ replaces: (older, newer) => older[0] === newer[0] });
  queue.push('a1');
  queue.push('b1');
  queue.push('a2');
  queue.end();
  expect(await collect(queue)).toEqual(['a2', 'b1']);
});
