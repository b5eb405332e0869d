import { describe, expect, test } from 'vitest';

import { Listeners } from '../../../runtime/concurrency/listeners.ts';
import { Wakeup } from '../../../runtime/container/events/wakeup.ts';
import { SerialQueue } from '../../../runtime/concurrency/serial-queue.ts';
import {
  dead,
  exited,
  initialState,
  isLive,
  startFailed,
  started,
} from '../../../runtime/container/model/container-state.ts';
import { matchesLabels, matchesPattern } from '../../../runtime/container/query/filters.ts';

describe('states', () => {
  const running = started(initialState, 5);

  test('follow one another', () => {
    expect(isLive(initialState)).toBe(false);
    expect(running).toMatchObject({ status: 'running', startedAt: 5 });
    const ended = exited(running, { exitCode: 3, finishedAt: 9, oomKilled: true });
    expect(ended).toEqual({
      ...running,
      status: 'exited',
      exitCode: 3,
      finishedAt: 9,
      oomKilled: true,
    });
    expect(started(ended, 20)).toMatchObject({ exitCode: 0, oomKilled: false, startedAt: 20 });
    expect(dead(ended, 'why')).toMatchObject({ status: 'dead', error: 'why' });
  });

  test('after a failed start are what they were', () => {
    const failure = { exitCode: 127, error: 'not there' };
    expect(startFailed(initialState, failure)).toMatchObject({ status: 'created', ...failure });
    const ended = exited(running, { exitCode: 0, finishedAt: 9, oomKilled: false });
    expect(startFailed(ended, failure)).toMatchObject({ status: 'exited', ...failure });
  });
});

describe('Listeners', () => {
  test('are told until they leave, whatever the others do', () => {
    const heard: string[] = [];
    const listeners = new Listeners<string>();
    listeners.add(() => {
      throw new Error('faulty');
    });
    const leave = listeners.add((event) => heard.push(event));
    expect(() => {
      listeners.emit('one');
    }).toThrow(AggregateError);
    leave();
    expect(() => {
      listeners.emit('two');
    }).toThrow();
    expect(heard).toEqual(['one']);
  });

  test('can be waited with, until a signal', async () => {
    const listeners = new Listeners<number>();
    const next = listeners.next((event) => event > 1);
    listeners.emit(1);
    listeners.emit(2);
    expect(await next).toBe(2);
    const abort = new AbortController();
    const never = listeners.next(() => true, abort.signal);
    abort.abort(new Error('enough'));
    await expect(never).rejects.toThrow('enough');
    expect(listeners.size).toBe(0);
  });
});

describe('Wakeup', () => {
  test('does not lose what happens while nobody waits', async () => {
    const wakeup = new Wakeup();
    wakeup.poke();
    await wakeup.wait();
    wakeup.clear();
    let woken = false;
    const waiting = wakeup.wait().then(() => {
      woken = true;
    });
    await Promise.resolve();
    expect(woken).toBe(false);
    wakeup.poke();
    await waiting;
  });
});

describe('SerialQueue', () => {
  test('runs one after the other, and goes on after a failure', async () => {
    const queue = new SerialQueue();
    const order: string[] = [];
    let release = (): void => undefined;
    const first = queue.run(async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      order.push('first');
      throw new Error('first failed');
    });
    const second = queue.run(() => {
      order.push('second');
      return Promise.resolve(2);
    });
    await Promise.resolve();
    await Promise.resolve();
    release();
    await expect(first).rejects.toThrow('first failed');
    expect(await second).toBe(2);
    expect(order).toEqual(['first', 'second']);
  });
});

describe('filters', () => {
  test('of labels must all match', () => {
    const labels = { a: '1', b: '' };
    expect(matchesLabels(['a', 'b='], labels)).toBe(true);
    expect(matchesLabels(['a=1', 'c'], labels)).toBe(false);
    expect(matchesLabels(['toString'], labels)).toBe(false);
  });

  test('of names are expressions, and one is enough', () => {
    expect(matchesPattern('name', ['x', '^we'], ['web'])).toBe(true);
    expect(matchesPattern('name', ['^eb'], ['web'])).toBe(false);
    expect(() => matchesPattern('name', ['('], ['web'])).toThrow("invalid filter 'name=('");
  });
});
