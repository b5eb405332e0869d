import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Check } from '../../../checks/check.ts';
import type { Finding } from '../../../checks/finding.ts';
import { checks } from '../../../checks/index.ts';
import { nearestName } from '../../../runtime/errors/nearest-name.ts';
import { runChecks } from '../../../checks/run-checks.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { Clock } from '../../../runtime/host/clock.ts';
import { fakeContext } from './fake-context.ts';

const check = (id: string, more: Partial<Check> = {}): Check => ({
  id,
  title: () => id,
  group: 'system',
  wanted: () => 'something',
  why: () => 'a test',
  severity: 'fail',
  privilege: 'none',
  probe: () => Promise.resolve({ status: 'pass', seen: 'seen' }),
  ...more,
});
const statuses = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ id, status }) => `${id} ${status}`);
const never = (): Promise<never> => new Promise(() => undefined);

describe('the table of checks', () => {
  it('has the ids of issue 2, each once', () => {
    const ids = checks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining([
        'root',
        'arch.64bit',
        'kernel.version',
        'distro',
        'namespaces',
        'cgroup.version',
        'cgroup.controllers',
        'cgroup.freezer',
        'cgroup.limits',
        'fs.overlay',
        'net.bridge',
        'sysctl.forward',
        'sysctl.bridge-nf',
        'seccomp',
        'dns',
        'init',
        'old.docker',
        'fs.space',
      ]),
    );
  });
});

describe('docs/checks.md', () => {
  it('has a row for each check, in the order of the table', () => {
    const docs = readFileSync(new URL('../../../docs/checks.md', import.meta.url), 'utf8');
    const rows = [...docs.matchAll(/^\| ([a-z][a-z0-9.-]*) +\|/gm)].map(([, id]) => id);
    expect(rows).toEqual(['id', ...checks.map(({ id }) => id)]);
  });

  it.each(checks.map(({ id }) => id))('%s has a file of that name', (id) => {
    const source = readFileSync(new URL(`../../../checks/${id}.ts`, import.meta.url), 'utf8');
    expect(source).toContain(`id: '${id}'`);
  });
});

describe('runChecks', () => {
  it('gives findings in the order of the table, whichever ends first', async () => {
    let release = (): void => undefined;
    const slow = check('slow', {
      probe: () =>
        new Promise((resolve) => {
          release = () => {
            resolve({ status: 'warn', seen: 'late', remedy: 'wait' });
          };
        }),
    });
    const ended: string[] = [];
    const findings = await runChecks(fakeContext(), {
      checks: [slow, check('fast')],
      onFinding: ({ id }) => {
        ended.push(id);
        if (id === 'fast') release();
      },
    });
    expect(ended).toEqual(['fast', 'slow']);
    expect(statuses(findings)).toEqual(['slow warn', 'fast pass']);
  });

  it.each(['warn', 'fail'] as const)('ends a probe that hangs with %s', async (severity) => {
    const waits: number[] = [];
    // Time runs out at once.
    const clock: Clock = {
      now: () => 0,
      sleep: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    };
    const hanging = check('hanging', { severity, timeoutMs: 1234, probe: never });
    const [finding] = await runChecks(fakeContext({ clock }), { checks: [hanging] });
    expect(finding).toMatchObject({ status: severity, details: { code: 'CHECK_TIMEOUT' } });
    expect(waits).toEqual([1234]);
    const slow = check('slow', { severity, whenLate: 'warn', probe: never });
    const [late] = await runChecks(fakeContext({ clock }), { checks: [slow] });
    expect(late).toMatchObject({ status: 'warn', details: { code: 'CHECK_TIMEOUT' } });
  });

  it('makes a failure of a probe that throws, with its code', async () => {
    const errno = Object.assign(new Error('permission denied'), { code: 'EACCES' });
    const lost = new BerthError('LAUNCHER_LOST', { message: 'gone', remedy: 'again' });
    const findings = await runChecks(fakeContext(), {
      checks: [
        check('node', { severity: 'warn', probe: () => Promise.reject(errno) }),
        check('berth', { probe: () => Promise.reject(lost) }),
        check('other'),
      ],
    });
    expect(findings).toMatchObject([
      { status: 'fail', details: { code: 'EACCES' } },
      { status: 'fail', remedy: 'again', details: { code: 'LAUNCHER_LOST' } },
      { status: 'pass' },
    ]);
  });

  it('runs at most four probes at a time', async () => {
    let running = 0;
    let most = 0;
    const counting = async (): Promise<{ status: 'pass'; seen: string }> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return { status: 'pass', seen: '' };
    };
    const table = Array.from({ length: 10 }, (_, n) => check(`c${n}`, { probe: counting }));
    expect(await runChecks(fakeContext(), { checks: table })).toHaveLength(10);
    expect(most).toBe(4);
  });

  it('starts no more probes once aborted, and lets those under way end', async () => {
    const abort = new AbortController();
    const ended: string[] = [];
    const first = check('first', {
      probe: async () => {
        abort.abort(new Error('Ctrl-C'));
        await new Promise((resolve) => setImmediate(resolve));
        ended.push('first');
        return { status: 'pass', seen: '' };
      },
    });
    const later = Array.from({ length: 8 }, (_, n) =>
      check(`later${n}`, {
        probe: () => {
          ended.push('later');
          return Promise.resolve({ status: 'pass', seen: '' });
        },
      }),
    );
    const context = { ...fakeContext(), signal: abort.signal };
    await expect(runChecks(context, { checks: [first, ...later] })).rejects.toThrow('Ctrl-C');
    expect(ended).toEqual(['first']);
  });

  it('measures how long a probe took', async () => {
    let now = 1000;
    const clock: Clock = { now: () => now, sleep: never };
    const probe: Check['probe'] = () => {
      now += 42;
      return Promise.resolve({ status: 'pass', seen: '' });
    };
    const [finding] = await runChecks(fakeContext({ clock }), {
      checks: [check('timed', { probe })],
    });
    expect(finding?.durationMs).toBe(42);
  });

  it('skips with the reason, without probing', async () => {
    const probe = (): never => {
      throw new Error('must not be probed');
    };
    const findings = await runChecks(fakeContext(), {
      checks: [check('a', { probe }), check('b')],
      skip: [{ id: 'a', reason: 'known' }],
    });
    expect(statuses(findings)).toEqual(['a skip', 'b pass']);
    expect(findings[0]?.seen).toContain('known');
  });

  it('does not probe what only root can, and lets the root check say so', async () => {
    const table = [
      check('root', { probe: () => Promise.resolve({ status: 'fail', seen: '', remedy: '' }) }),
      check('mounts', { privilege: 'root', probe: never }),
      check('reads'),
    ];
    const context = fakeContext({ machine: { uid: 1000 } });
    const findings = await runChecks(context, { checks: table, only: ['mounts'] });
    expect(statuses(findings)).toEqual(['root fail', 'mounts skip']);
    expect(statuses(await runChecks(context, { checks: table, only: ['reads'] }))).toEqual([
      'reads pass',
    ]);
  });
});

describe('choosing checks', () => {
  const refused = async (
    selection: NonNullable<Parameters<typeof runChecks>[1]>,
  ): Promise<unknown> => {
    let probed = false;
    const probe: Check['probe'] = () => {
      probed = true;
      return Promise.resolve({ status: 'pass', seen: '' });
    };
    const error: unknown = await runChecks(fakeContext(), {
      checks: [check('fs.overlay', { probe }), check('dns', { probe })],
      ...selection,
    }).catch((thrown: unknown) => thrown);
    expect(probed).toBe(false);
    return error;
  };

  it.each([{ only: ['fs.overlya'] }, { skip: [{ id: 'overlay', reason: 'x' }] }])(
    'refuses a name that does not exist, and suggests one: %o',
    async (selection) => {
      expect(await refused(selection)).toMatchObject({
        code: 'CHECK_UNKNOWN',
        remedy: 'Did you mean "fs.overlay"?',
      });
    },
  );

  it('suggests nothing for what is far from all', async () => {
    expect(await refused({ only: ['qwertyuiop'] })).toMatchObject({
      code: 'CHECK_UNKNOWN',
      remedy: 'Take a name from the list.',
    });
  });

  it('refuses to skip without a reason, and to choose and skip the same', async () => {
    expect(await refused({ skip: [{ id: 'dns', reason: ' ' }] })).toMatchObject({
      code: 'CHECK_SKIP_INVALID',
    });
    expect(await refused({ only: ['dns'], skip: [{ id: 'dns', reason: 'x' }] })).toMatchObject({
      code: 'CHECK_SKIP_INVALID',
    });
  });
});

describe('nearestName', () => {
  it.each([
    ['kernel.verison', 'kernel.version'],
    ['forward', 'sysctl.forward'],
    ['sysctl.brigde-nf', 'sysctl.bridge-nf'],
    ['DNS', 'dns'],
    ['nds', 'dns'],
    ['inti', 'init'],
    ['x', undefined],
    ['', undefined],
  ])('%s: %s', (typed, name) => {
    expect(
      nearestName(
        typed,
        checks.map(({ id }) => id),
      ),
    ).toBe(name);
  });
});
