import { expect, test } from 'vitest';

import { Slots } from '../../../runtime/registry/push/slots.ts';

const forever = new AbortController().signal;

test('let so many work at a time, the others in their order', async () => {
  const slots = new Slots(2);
  const log: string[] = [];
  const gates = ['a', 'b', 'c', 'd'].map((name) => ({
    name,
    gate: Promise.withResolvers<undefined>(),
  }));
  const all = gates.map(({ name, gate }) =>
    slots.run(async () => {
      log.push(`${name} begins`);
      await gate.promise;
      log.push(`${name} ends`);
    }, forever),
  );
  await new Promise(setImmediate);
  expect(log).toEqual(['a begins', 'b begins']);
  for (const { gate } of gates) gate.resolve(undefined);
  await Promise.all(all);
  expect(log.indexOf('c begins')).toBeGreaterThan(log.indexOf('a ends'));
  expect(log.filter((line) => line.endsWith('begins'))).toHaveLength(4);
});

test('are free again after an error, and nobody waits longer than until the signal', async () => {
  const slots = new Slots(1);
  const gate = Promise.withResolvers<undefined>();
  const first = slots.run(() => gate.promise, forever);
  const stop = new AbortController();
  const stopped = slots.run(() => Promise.resolve('never'), stop.signal);
  const third = slots.run(() => Promise.resolve('third'), forever);
  stop.abort(new Error('enough'));
  await expect(stopped).rejects.toThrow('enough');
  gate.reject(new Error('broken'));
  await expect(first).rejects.toThrow('broken');
  expect(await third).toBe('third');
  await expect(slots.run(() => Promise.resolve(1), stop.signal)).rejects.toThrow('enough');
});
