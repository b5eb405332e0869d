import { expect, it } from 'vitest';
import { Pending } from '../../../runtime/syscall/pending.ts';

const program = {
  name: 'quick',
  stepAt: () => ({ label: 'close what is not open', call: 'close' }),
};
const options = { timeoutMs: 10_000, kill: () => undefined };
const ebadf = 9;

it('a program that answers and fails before the word of its start has answered', async () => {
  const pending = new Pending(program, { ...options, until: 'answer' });
  const ended = expect(pending.ended).rejects.toMatchObject({ details: { errno: 'EBADF' } });
  pending.reply(Buffer.from('done'));
  pending.failedAt(0, ebadf);
  pending.started(42);
  expect(await pending.answered).toMatchObject({ pid: 42, data: Buffer.from('done') });
  await ended;
});

it('one that fails before it answers has not', async () => {
  const pending = new Pending(program, { ...options, until: 'answer' });
  const answered = expect(pending.answered).rejects.toMatchObject({ details: { errno: 'EBADF' } });
  const ended = expect(pending.ended).rejects.toMatchObject({ details: { errno: 'EBADF' } });
  pending.failedAt(0, ebadf);
  pending.started(42);
  await Promise.all([answered, ended]);
});
