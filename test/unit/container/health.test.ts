import { describe, expect, test } from 'vitest';

import { afterProbe, startingHealth } from '../../../runtime/container/health/health.ts';
import type { Health } from '../../../runtime/container/health/health.ts';
import { goDuration } from '../../../runtime/container/health/go-duration.ts';
import {
  healthConfigProblem,
  healthSettings,
  imageHealthConfig,
  mergeHealthConfig,
} from '../../../runtime/container/health/health-settings.ts';
import { LimitedOutput } from '../../../runtime/container/health/limited-output.ts';
import { healthcheckSchema } from '../../../runtime/container/model/container-config.ts';
import type { HealthConfig } from '../../../runtime/container/model/container-config.ts';
import { requestWith } from './create-request.ts';

const check = (fields: object): HealthConfig => healthcheckSchema.parse(fields);
const settingsOf = (Healthcheck: object | null, Shell: readonly string[] | null = null) =>
  healthSettings(requestWith({ Healthcheck, Shell }).config);

describe('healthSettings', () => {
  test.each([
    [null, null, undefined],
    [{}, null, undefined],
    [{ Test: [] }, null, undefined],
    [{ Test: ['NONE'] }, null, undefined],
    [{ Test: ['ODD', 'x'] }, null, undefined],
    [{ Test: ['CMD', 'curl', '-f'] }, null, ['curl', '-f']],
    [{ Test: ['CMD-SHELL', 'exit 1'] }, null, ['/bin/sh', '-c', 'exit 1']],
    [{ Test: ['CMD-SHELL', 'exit 1'] }, ['ash', '-ec'], ['ash', '-ec', 'exit 1']],
  ])('of %j with the shell %j execute %j', (health, shell, command) => {
    expect(settingsOf(health, shell)?.command).toEqual(command);
  });

  test("have Docker's defaults, and milliseconds", () => {
    const Test = ['CMD', 'x'];
    expect(settingsOf({ Test })).toEqual({
      command: ['x'],
      intervalMs: 30_000,
      timeoutMs: 30_000,
      startPeriodMs: 0,
      startIntervalMs: 5000,
      retries: 3,
    });
    const given = { Interval: 2e9, Timeout: 15e8, StartPeriod: 1e6, StartInterval: 3e6 };
    expect(settingsOf({ Test, ...given, Retries: 7 })).toMatchObject({
      intervalMs: 2000,
      timeoutMs: 1500,
      startPeriodMs: 1,
      startIntervalMs: 3,
      retries: 7,
    });
  });

  test.each([
    ['Interval in Healthcheck cannot be less than 1ms', { Interval: 999_999 }],
    ['Timeout in Healthcheck cannot be less than 1ms', { Timeout: -1 }],
    ['Retries in Healthcheck cannot be negative', { Retries: -1 }],
    ['StartPeriod in Healthcheck cannot be less than 1ms', { StartPeriod: 1 }],
    ['StartInterval in Healthcheck cannot be less than 1ms', { StartInterval: 1 }],
    [undefined, { Interval: 1e6, Timeout: 0, Retries: 0 }],
  ])('are judged: %s', (problem, fields) => {
    expect(healthConfigProblem(check(fields))).toBe(problem);
  });

  test('that the client leaves out are those of the image', () => {
    const image = check({ Test: ['CMD', 'image'], Interval: 5e9, Retries: 4 });
    expect(mergeHealthConfig(null, image)).toEqual(image);
    expect(imageHealthConfig({ Test: ['CMD', 'image'], Interval: 5e9 + 0.5, Retries: 4 })).toEqual(
      image,
    );
    expect(imageHealthConfig(undefined)).toBe(null);
    expect(mergeHealthConfig(check({ Test: ['NONE'] }), image)?.Test).toEqual(['NONE']);
    expect(mergeHealthConfig(check({ Retries: 9, Timeout: 1e9 }), image)).toEqual({
      ...image,
      Retries: 9,
      Timeout: 1e9,
    });
  });
});

describe('afterProbe', () => {
  const context = { retries: 2, startPeriodMs: 1000, startedAt: 10_000 };
  const run = (health: Health, exitCode: number, at: number): Health =>
    afterProbe(health, { startedAt: at, endedAt: at + 1, exitCode, output: '' }, context);
  const starting = startingHealth(undefined);

  test('counts failures in a row, and forgets them at a success', () => {
    const failed = run(starting, 1, 11_000);
    expect(failed).toMatchObject({ status: 'starting', failingStreak: 1 });
    expect(run(failed, 1, 12_000)).toMatchObject({ status: 'unhealthy', failingStreak: 2 });
    const well = run(run(failed, 1, 12_000), 0, 13_000);
    expect(well).toMatchObject({ status: 'healthy', failingStreak: 0 });
    expect(run(well, -1, 14_000)).toMatchObject({ status: 'healthy', failingStreak: 1 });
  });

  test('does not count failures within the start period, until the first success', () => {
    expect(run(starting, 1, 10_999)).toMatchObject({ status: 'starting', failingStreak: 0 });
    const well = run(starting, 0, 10_100);
    expect(run(well, 1, 10_200)).toMatchObject({ status: 'healthy', failingStreak: 1 });
  });

  test('keeps the last five', () => {
    let health = starting;
    for (let code = 1; code <= 8; code += 1) health = run(health, code, 20_000 + code);
    expect(health.log.map(({ exitCode }) => exitCode)).toEqual([4, 5, 6, 7, 8]);
    expect(startingHealth(health)).toMatchObject({ status: 'starting', failingStreak: 0 });
    expect(startingHealth(health).log).toHaveLength(5);
  });
});

test('LimitedOutput keeps the first 4096 bytes, and says that there was more', () => {
  const all = new LimitedOutput();
  all.add(Buffer.alloc(4000, 'a'));
  all.add(Buffer.alloc(96, 'b'));
  expect(all.text()).toHaveLength(4096);
  all.add(Buffer.from('c'));
  expect(all.text()).toHaveLength(4099);
  expect(all.text().endsWith('b...')).toBe(true);
});

test.each([
  [0, '0s'],
  [0.5, '500µs'],
  [200, '200ms'],
  [1500, '1.5s'],
  [90_000, '1m30s'],
  [3_600_000, '1h0m0s'],
])('%i milliseconds are for Go %s', (ms, text) => {
  expect(goDuration(ms)).toBe(text);
});
