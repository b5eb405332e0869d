import { afterEach, describe, expect, test } from 'vitest';
import { useLanguage } from '../../../../messages/language.ts';
import { argvOf } from '../../../../scripts/fleet/action.ts';
import { fleetResult, remoteOutcome, type HostResult } from '../../../../scripts/fleet/result.ts';
import { renderFleet } from '../../../../scripts/fleet/show/render-fleet.ts';
import { textWidth } from '../../../../scripts/ui/text-width.ts';
import { quote } from '../../../../scripts/fleet/ssh/quote.ts';
import { rootCommand } from '../../../../scripts/fleet/remote/elevation.ts';
import { Secret } from '../../../../scripts/fleet/secret.ts';

afterEach(() => {
  useLanguage('en');
});

const ended = (stdout: string, exitCode = 0, stderr = '') => ({ stdout, exitCode, stderr });
const base = { address: 'x', labels: [], durationMs: 1234 };
const hosts: readonly HostResult[] = [
  {
    ...base,
    name: 'one',
    status: 'ok',
    result: { outcome: 'changed', plan: { changes: [1, 2, 3] } },
  },
  { ...base, name: 'two', status: 'ok', result: { outcome: 'unchanged', plan: { changes: [] } } },
  {
    ...base,
    name: 'a-long-name',
    status: 'failed',
    stage: 'run',
    error: { code: 'CHECK_FAILED', message: 'no\nmore of it', remedy: 'do it' },
  },
  { ...base, name: 'last', status: 'not-run', durationMs: 0 },
];

describe('the result', () => {
  const result = fleetResult(hosts, { action: 'up', logFolder: '/tmp/logs', durationMs: 5 });

  test('is ok only when all hosts are', () => {
    expect(result.summary).toEqual({
      counts: { ok: 2, failed: 1, stopped: 0, 'not-run': 1 },
      ok: false,
      durationMs: 5,
    });
    const first = fleetResult(hosts.slice(0, 2), { action: 'up', logFolder: '/x', durationMs: 5 });
    expect(first.summary.ok).toBe(true);
  });

  test('is a table, remedies and where to look', () => {
    expect(renderFleet(result)).toBe(`
HOST         RESULT     TIME   DETAIL
one          ok         1.2 s  set up, 3 changes
two          ok         1.2 s  was set up, nothing to change
a-long-name  FAILED     1.2 s  CHECK_FAILED: no
last         not begun  0.0 s

What to do next:
  a-long-name: do it

2 of 4 hosts ok. Logs: /tmp/logs
`);
  });

  test('shows each plan once, with the hosts that it is for', () => {
    const plan = (...steps: readonly string[]) => ({
      outcome: 'planned',
      plan: {
        hash: 'x',
        changes: steps.map((step, index) => ({ index, step, diff: `- none\n+ ${step}\n` })),
        done: 2,
      },
    });
    const host = (name: string, result: unknown) => ({
      ...{ ...base, name, status: 'ok', result },
    });
    const planned = [
      ...[host('a', plan('make it')), host('b', plan()), host('c', plan('make it'))],
      host('d', plan('make it', 'and that')),
    ] as const;
    const summary = { action: 'up', logFolder: '/tmp/logs', durationMs: 5 } as const;
    expect(renderFleet(fleetResult(planned as readonly HostResult[], summary))).toBe(`
On a, c:
  1. make it
       - none
       + make it
  (2 more steps are done already)

On d:
  1. make it
       - none
       + make it
  2. and that
       - none
       + and that
  (2 more steps are done already)

HOST  RESULT  TIME   DETAIL
a     ok      1.2 s  would be set up, 1 change
b     ok      1.2 s  was set up, nothing to change
c     ok      1.2 s  would be set up, 1 change
d     ok      1.2 s  would be set up, 2 changes

4 of 4 hosts ok. Logs: /tmp/logs
`);
  });

  test('has straight columns in Chinese', () => {
    useLanguage('zh');
    const lines = renderFleet(result).split('\n').slice(1);
    const before = (line: number, word: string) => textWidth(lines[line]?.split(word)[0] ?? '');
    expect(before(0, '用时')).toBeGreaterThan(0);
    expect([before(1, '1.2'), before(3, '1.2')]).toEqual([before(0, '用时'), before(0, '用时')]);
    expect(lines[0]).toMatch(/^主机 +结果 +用时 +详情$/);
  });
});

describe('what berth on a host printed', () => {
  test('is its result, whatever the login printed before', () => {
    expect(remoteOutcome(ended('Welcome {to} db1\n{\n "outcome": "unchanged"\n}\n'))).toEqual({
      kind: 'ok',
      result: { outcome: 'unchanged' },
    });
  });

  test('may be an error, which is the host’s', () => {
    const error = { code: 'UP_RUNNING', message: 'busy', remedy: 'wait' };
    expect(remoteOutcome(ended(JSON.stringify({ error }), 1))).toEqual({ kind: 'failed', error });
  });

  test('may be findings that fail', () => {
    const report = {
      findings: [
        { id: 'dns', status: 'fail', seen: 'silence' },
        { id: 'root', status: 'pass', seen: '0' },
      ],
      summary: { pass: 1, warn: 0, fail: 1 },
    };
    expect(remoteOutcome(ended(JSON.stringify(report), 1))).toMatchObject({
      kind: 'failed',
      result: report,
      error: { code: 'CHECK_FAILED', message: expect.stringContaining('dns: silence') as string },
    });
  });

  test.each(['', 'Killed', '{"outcome": "cha'])('is no JSON: %j', (text) => {
    expect(remoteOutcome(ended(text, 137, 'oom'))).toMatchObject({
      error: { code: 'FLEET_OUTPUT_INVALID', message: expect.stringContaining('137') as string },
    });
  });
});

describe('command lines', () => {
  const host = { name: 'a', address: 'a', labels: [], upOptions: ['--data-root=/host'] };

  test('what the command line sets for all comes after what the file says of one', () => {
    const up = { action: 'up', options: ['--data-root=/all'] } as const;
    const both = ['--data-root=/host', '--data-root=/all'];
    expect(argvOf({ ...up, plan: 'apply' }, host)).toEqual([
      ...['sh', './install.sh', '--json', '--yes', ...both],
    ]);
    expect(argvOf({ ...up, plan: 'show' }, host)).toEqual([
      ...['sh', './install.sh', '--json', '--dry-run', ...both],
    ]);
    const down = { action: 'down', purge: 'purge', packages: 'keep' } as const;
    expect(argvOf(down, host).slice(1)).toEqual([
      ...['down', '--json', '--yes', '--purge', '--keep-packages'],
    ]);
    expect(argvOf({ action: 'check' }, host)).toEqual(['./bin/berth', 'check', '--json']);
  });

  test('words reach the other side as they are', () => {
    expect(quote('plain/word-1.2')).toBe('plain/word-1.2');
    expect(quote(`it's $HOME`)).toBe(`'it'\\''s $HOME'`);
    expect(quote('')).toBe("''");
  });

  test('a password is in the input alone', () => {
    const elevation = { kind: 'sudo-with-password', password: new Secret('s3cret') } as const;
    const { command, preamble } = rootCommand(elevation, 'true', []);
    expect(command).not.toContain('s3cret');
    expect(preamble).toBe('s3cret\nberth-fleet-begin\n');
  });
});
