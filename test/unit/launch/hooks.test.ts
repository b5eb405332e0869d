import { describe, expect, it } from 'vitest';
import { planHooks, startTimeoutMs } from '../../../runtime/launch/hooks/hooks-plan.ts';
import { hookError, hookWarning, parseHookReports } from '../../../runtime/launch/hooks/report.ts';
import type { Hooks } from '../../../runtime/spec/hooks.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';

function plan(hooks: Partial<Hooks>): ReturnType<typeof planHooks> {
  const spec = parseSpec({
    ociVersion: '1.2.1',
    process: { user: { uid: 0, gid: 0 }, args: ['/hello'], cwd: '/' },
    root: { path: 'rootfs' },
    hooks,
  });
  return planHooks(spec, { id: 'box', bundle: '/bundle' });
}

const hook = { path: '/a', args: [] };

describe('the time that a start may take', () => {
  it('is its own, and what its hooks may take', () => {
    const hooks = { prestart: [{ ...hook, timeout: 5 }], poststop: [{ ...hook, timeout: 7 }] };
    expect(startTimeoutMs(plan(hooks), 1000)).toBe(13_000);
    expect(startTimeoutMs(plan({}), 1000)).toBe(1000);
  });

  it('has no end when a hook has none', () => {
    expect(startTimeoutMs(plan({ poststart: [hook] }))).toBe(Number.POSITIVE_INFINITY);
  });
});

/** A record as report.ts describes it. */
function record(end: number, value: number, output = ''): Buffer {
  const head = Buffer.alloc(32);
  [4, 1, end, value, 2, Buffer.byteLength(output, 'latin1')].forEach((number, i) =>
    head.writeUInt32LE(number, 4 * i),
  );
  return Buffer.concat([head, Buffer.from('/a'), Buffer.from(output, 'latin1')]);
}

describe('reports of hooks', () => {
  it.each([
    [1, 3, 'with exit code 3', 'exit status 3, wanted 0'],
    [2, 9, '(ended by signal 9 (killed))', 'ended by signal 9 (killed)'],
    [2, 40, '(ended by signal 40)', 'ended by signal 40'],
    [3, 2, '(no end after 2 s, so it was killed)', 'no end after 2 s, so it was killed'],
    [4, 13, '(cannot be executed: EACCES)', 'cannot be executed: EACCES'],
    [5, 11, '(cannot be started: EAGAIN)', 'cannot be started: EAGAIN'],
  ])('of end %i and value %i', (end, value, warning, error) => {
    const [failure] = parseHookReports(record(end, value, 'why\n'));
    if (!failure) throw new Error('no failure');
    expect(hookWarning(failure)).toBe(
      `poststart hook failed ${warning}: hooks.poststart[1] /a: why`,
    );
    expect(hookError(failure).message).toBe(
      `error running poststart hook #1: error running hook /a: ${error}: why`,
    );
  });

  it('are read one after the other, without what is cut off', () => {
    const all = Buffer.concat([record(1, 1), record(1, 2, 'x'), record(1, 3)]);
    expect(parseHookReports(all).map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(parseHookReports(all.subarray(0, -1)).map(({ value }) => value)).toEqual([1, 2]);
    expect(parseHookReports(Buffer.alloc(0))).toEqual([]);
  });

  it('leave out half a letter where the output was cut', () => {
    const cut = Buffer.from('\u00e9t\u00e9').subarray(1).toString('latin1');
    expect(parseHookReports(record(1, 1, cut))[0]?.output).toBe('t\u00e9');
  });
});
