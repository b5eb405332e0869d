import { expect, it, vi } from 'vitest';
import { Pending } from '../../../runtime/syscall/pending.ts';
import { collectGarbage } from '../../support/processes.ts';

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

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

it('lets go of the steps of a program that goes on when it has answered', async () => {
  const waiting = (): { readonly pending: Pending; readonly steps: WeakRef<object> } => {
    const steps = { ...program };
    const pending = new Pending(steps, { ...options, until: 'answer' });
    return { pending, steps: new WeakRef(steps) };
  };
  const { pending, steps } = waiting();
  pending.started(42);
  await turn();
  collectGarbage();
  expect(steps.deref()).toBeDefined();
  pending.reply(Buffer.from('done'));
  await turn();
  collectGarbage();
  expect(steps.deref()).toBeUndefined();
  expect((await pending.answered).data.toString()).toBe('done');
});

it('has an end in time only where a timer can hold it', async () => {
  vi.useFakeTimers();
  try {
    const killed: number[] = [];
    const kill = (pid: number): void => void killed.push(pid);
    const begin = (timeoutMs: number): Pending => {
      const pending = new Pending(program, { timeoutMs, kill, until: 'answer' });
      pending.started(timeoutMs);
      pending.ended.catch(() => undefined);
      return pending;
    };
    const limited = begin(1000);
    const waiting = [2 ** 31, Number.POSITIVE_INFINITY].map(begin);
    vi.advanceTimersByTime(2 ** 31 - 1);
    await expect(limited.answered).rejects.toMatchObject({ code: 'PROGRAM_TIMEOUT' });
    expect(killed).toEqual([1000]);
    for (const pending of waiting) pending.reply(Buffer.from('late'));
    expect(await Promise.all(waiting.map(({ answered }) => answered))).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});
