import { describe, expect, test, vi } from 'vitest';

import { nextDelayMs } from '../../../runtime/container/restart/back-off.ts';
import {
  hasRestartPolicy,
  restartPolicyProblem,
  wantsRestart,
} from '../../../runtime/container/restart/restart-policy.ts';
import { Restarts } from '../../../runtime/container/restart/restarts.ts';
import { Container } from '../../../runtime/container/lifecycle/container.ts';
import type { ContainerRecord } from '../../../runtime/container/model/container-record.ts';
import { systemClock } from '../../../runtime/host/clock.ts';
import { StartGate } from '../../../runtime/container/restart/start-gate.ts';
import { requestWith } from './create-request.ts';

const policy = (Name: string, MaximumRetryCount = 0) => ({ Name, MaximumRetryCount });

describe('the wait before a program is started again', () => {
  test('doubles from 100 milliseconds to a minute', () => {
    const waits: number[] = [];
    for (let last = 0; waits.length < 13; waits.push(last)) last = nextDelayMs(last, 0);
    expect(waits.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(waits.slice(9)).toEqual([51_200, 60_000, 60_000, 60_000]);
  });

  test('begins anew after ten seconds of running, and not before', () => {
    expect(nextDelayMs(60_000, 10_000)).toBe(100);
    expect(nextDelayMs(800, 9999)).toBe(1600);
  });
});

describe('a restart policy', () => {
  test.each([
    ['no', -1, "maximum retry count can only be used with 'on-failure' and cannot be negative"],
    ['always', 3, "maximum retry count can only be used with 'on-failure'"],
    ['unless-stopped', 1, "maximum retry count can only be used with 'on-failure'"],
    ['on-failure', -1, 'maximum retry count cannot be negative'],
    [
      'odd',
      0,
      "unknown policy 'odd'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'",
    ],
  ])('"%s" with %i retries is refused', (name, count, problem) => {
    expect(restartPolicyProblem(policy(name, count))).toBe(`invalid restart policy: ${problem}`);
  });

  test.each([
    ['', 5],
    ['no', 0],
    ['always', 0],
    ['on-failure', 0],
    ['on-failure', 7],
    ['unless-stopped', 0],
  ])('"%s" with %i retries is taken', (name, count) => {
    expect(restartPolicyProblem(policy(name, count))).toBeUndefined();
    expect(hasRestartPolicy(policy(name, count))).toBe(name !== '' && name !== 'no');
  });

  test.each([
    ['no', {}, 1, false],
    ['always', {}, 0, true],
    ['always', { manuallyStopped: true }, 0, true],
    ['unless-stopped', {}, 0, true],
    ['unless-stopped', { manuallyStopped: true }, 1, false],
    ['on-failure', {}, 0, false],
    ['on-failure', { restartCount: 99 }, 1, true],
    ['on-failure:3', { restartCount: 2 }, 1, true],
    ['on-failure:3', { restartCount: 3 }, 1, false],
  ])('%s with %j wants a restart after exit code %i: %s', (words, facts, exitCode, wanted) => {
    const [Name = '', count = '0'] = words.split(':');
    const RestartPolicy = policy(Name, Number(count));
    const { hostConfig } = requestWith({}, { RestartPolicy });
    const record = { hostConfig, manuallyStopped: false, restartCount: 0, ...facts };
    expect(wantsRestart(record, exitCode)).toBe(wanted);
  });
});

describe('StartGate', () => {
  test('lets so many in at a time, in order, whether they fail or not', async () => {
    const gate = new StartGate(2);
    const inside: number[] = [];
    const ends = Array.from({ length: 5 }, () => Promise.withResolvers<undefined>());
    const runs = ends.map(({ promise }, index) =>
      gate.run(async () => {
        inside.push(index);
        await promise;
      }),
    );
    await Promise.resolve();
    expect(inside).toEqual([0, 1]);
    ends[1]?.reject(new Error('no start'));
    await expect(runs[1]).rejects.toThrow('no start');
    await Promise.resolve();
    expect(inside).toEqual([0, 1, 2]);
    for (const { resolve } of ends) resolve(undefined);
    await Promise.allSettled(runs);
    expect(inside).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('starts that nobody asked for', () => {
  const begun: string[] = [];
  const restarts = (): Restarts =>
    new Restarts({
      clock: systemClock,
      start: ({ id }) => {
        begun.push(id);
        return Promise.resolve();
      },
      before: () => [],
    });
  const container = (id: string): Container => new Container({ id } as ContainerRecord);

  test('come when all that an earlier berthd has left is found, and not before', async () => {
    const [some, one] = [restarts(), container('one')];
    some.later(one, { delayMs: 0, kind: 'anew' });
    // Else it would have begun meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
    expect([begun, some.isWaiting(one)]).toEqual([[], true]);
    some.begin();
    await vi.waitFor(() => {
      expect(begun).toEqual(['one']);
    });
    await some.close();
  });

  test('never come when berthd ends before that', async () => {
    const some = restarts();
    some.later(container('two'), { delayMs: 0, kind: 'again' });
    await some.close();
    expect(begun).not.toContain('two');
  });
});
