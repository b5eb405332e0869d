import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../checks/finding.ts';
import type { HostFix } from '../../../checks/fix.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { parseSkip, type CheckOptions } from '../../../scripts/check/options.ts';
import { renderText } from '../../../scripts/check/render-text.ts';
import { reportOf, type CheckReport } from '../../../scripts/check/report.ts';
import { runCheck } from '../../../scripts/check/run-check.ts';
import { wrap } from '../../../scripts/check/wrap.ts';
import { fakeContext } from './fake-context.ts';

const finding = (id: string, outcome: object): Finding =>
  ({
    id,
    title: `Title of ${id}`,
    group: 'network',
    wanted: 'what was wanted',
    why: 'why it matters',
    durationMs: 1,
    ...outcome,
  }) as Finding;

const module: HostFix = { kind: 'module', name: 'br_netfilter' };

describe('parseSkip', () => {
  it.each([
    ['dns=no network here', { id: 'dns', reason: 'no network here' }],
    ['dns=a=b', { id: 'dns', reason: 'a=b' }],
  ])('%s', (text, wanted) => {
    expect(parseSkip(text)).toEqual(wanted);
  });

  it.each(['dns', 'dns=', 'dns=  ', '=reason', ''])('refuses "%s"', (text) => {
    expect(() => parseSkip(text)).toThrow(
      expect.objectContaining({ code: 'CHECK_SKIP_INVALID' }) as Error,
    );
  });
});

describe('wrap', () => {
  it.each([
    ['one two three', 7, ['one two', 'three']],
    ['one', 2, ['one']],
    ['a /very/long/path b', 5, ['a', '/very/long/path', 'b']],
    ['', 5, ['']],
    ['evil \u001b[2J\nname', 80, ['evil ?[2J?name']],
    ['一二三四', 4, ['一二', '三四']],
    ['一二，三四', 6, ['一二，', '三四']],
    ['启动"berth up"。好', 10, ['启动"berth', 'up"。好']],
    ['一（二）三', 4, ['一', '（二）', '三']],
  ])('%j in %i columns', (text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });
});

describe('the text of a report', () => {
  it('shows in full what is wrong, and the rest in a line each', () => {
    const report = reportOf(
      [
        finding('a', { status: 'pass', seen: 'fine' }),
        finding('b', { status: 'fail', seen: 'x "0"', remedy: 'Set it.', fix: [module] }),
        finding('c', { status: 'warn', seen: 'slow', remedy: 'Go on.', group: 'storage' }),
        finding('d', { status: 'skip', seen: 'known' }),
        finding('f', { status: 'skip', seen: 'known' }),
        finding('e', { status: 'pass', seen: 'odd', note: 'Mind it.' }),
      ],
      { fixed: [], durationMs: 1234 },
    );
    expect(renderText(report)).toBe(
      [
        'Network',
        '  FAIL  Title of b (b)',
        '        seen    x "0"',
        '        wanted  what was wanted',
        '        why     why it matters',
        '        remedy  Set it.',
        '',
        'Storage',
        '  WARN  Title of c (c)',
        '        seen    slow',
        '        remedy  Go on.',
        '',
        'note    e: odd. Mind it.',
        'skip    d, f: known',
        'pass    a, e',
        '',
        'This host cannot run containers yet: 1 check fails.',
        '2 passed, 1 warning, 1 failed, 2 skipped in 1.2 s',
        '',
        'Next',
        '  - berth check --fix puts right: b',
        '',
      ].join('\n'),
    );
  });

  it('is short when all is well', () => {
    const report = reportOf([finding('a', { status: 'pass', seen: 'fine' })], {
      fixed: [],
      durationMs: 12,
    });
    expect(renderText(report)).toBe(
      'pass    a\n\nThis host can run containers.\n1 passed, 0 warnings, 0 failed, 0 skipped in 12 ms\n',
    );
  });
});

/** A host on which IP forwarding can be switched on, and what `runCheck` prints about it. */
function forwardingHost(): {
  readonly files: Record<string, string>;
  readonly context: ReturnType<typeof fakeContext>;
} {
  const files: Record<string, string> = { '/proc/sys/net/ipv4/ip_forward': '0\n' };
  return { files, context: fakeContext({ files }) };
}

const options = (more: Partial<CheckOptions>): CheckOptions => ({
  only: ['sysctl.forward'],
  format: 'json',
  fixes: 'name',
  ...more,
});
const noFixes = (): Promise<never> => Promise.reject(new Error('nothing may be fixed'));

describe('runCheck', () => {
  it('ends with 1 when something failed, and says so in the JSON', async () => {
    let printed = '';
    const { exitCode } = await runCheck(options({}), {
      context: forwardingHost().context,
      applyFixes: noFixes,
      print: (text) => {
        printed += text;
      },
    });
    expect(exitCode).toBe(1);
    expect(JSON.parse(printed)).toMatchObject({
      schemaVersion: 1,
      findings: [
        {
          id: 'sysctl.forward',
          title: expect.any(String) as string,
          group: 'network',
          status: 'fail',
          seen: 'net.ipv4.ip_forward "0"',
          wanted: expect.any(String) as string,
          why: expect.any(String) as string,
          remedy: expect.any(String) as string,
          fix: [{ kind: 'sysctl', key: 'net.ipv4.ip_forward', value: '1' }],
          durationMs: 0,
        },
      ],
      fixed: [],
      summary: { pass: 0, warn: 0, fail: 1, skip: 0, ok: false, durationMs: 0 },
    });
  });

  it('ends with 0 when something warns only', async () => {
    const context = fakeContext({ machine: { release: '6.1.0' }, files: {} });
    const print = (): void => undefined;
    const tools = { context, applyFixes: noFixes, print };
    expect(await runCheck(options({ only: ['distro'] }), tools)).toEqual({ exitCode: 0 });
  });

  it('fixes and proves it by checking again', async () => {
    const { files, context } = forwardingHost();
    const applied: HostFix[] = [];
    let printed = '';
    const { exitCode } = await runCheck(options({ fixes: 'apply' }), {
      context,
      applyFixes: (fixes) => {
        applied.push(...fixes);
        files['/proc/sys/net/ipv4/ip_forward'] = '1\n';
        return Promise.resolve();
      },
      print: (text) => {
        printed += text;
      },
    });
    expect(exitCode).toBe(0);
    expect(applied).toEqual([{ kind: 'sysctl', key: 'net.ipv4.ip_forward', value: '1' }]);
    const report = JSON.parse(printed) as CheckReport;
    expect(report.fixed).toMatchObject([{ id: 'sysctl.forward', before: 'fail', after: 'pass' }]);
    expect(report.findings).toMatchObject([{ status: 'pass' }]);
  });

  it('does not take a fix for one that has changed nothing', async () => {
    let printed = '';
    const { exitCode } = await runCheck(options({ fixes: 'apply', format: 'text' }), {
      context: forwardingHost().context,
      applyFixes: () => Promise.resolve(),
      print: (text) => {
        printed += text;
      },
    });
    expect(exitCode).toBe(1);
    expect(printed).toContain('STILL sysctl.forward fails: set net.ipv4.ip_forward=1');
  });

  it('applies nothing when there is nothing to fix, and leaves skipped checks alone', async () => {
    const { context } = forwardingHost();
    const table = options({ fixes: 'apply', only: ['kernel.version'] });
    const tools = { context, applyFixes: noFixes, print: (): void => undefined };
    expect(await runCheck(table, tools)).toEqual({ exitCode: 0 });
    const skip = [{ id: 'sysctl.forward', reason: 'wanted' }];
    const skipping = {
      format: 'json',
      fixes: 'apply',
      skip: [
        ...skip,
        { id: 'sysctl.bridge-nf', reason: 'wanted' },
        { id: 'net.nat', reason: 'wanted' },
      ],
    } as const;
    expect((await runCheck(skipping, tools)).exitCode).toBe(1);
  });

  it('shows the findings when fixing fails, and passes the error on', async () => {
    const failure = new BerthError('STEP_FAILED', { message: 'no' });
    const run = async (format: 'text' | 'json'): Promise<string> => {
      let printed = '';
      const running = runCheck(options({ fixes: 'apply', format }), {
        context: forwardingHost().context,
        applyFixes: () => Promise.reject(failure),
        print: (text) => {
          printed += text;
        },
      });
      await expect(running).rejects.toBe(failure);
      return printed;
    };
    expect(await run('text')).toContain('FAIL');
    // main prints the error as JSON: two documents would be none.
    expect(await run('json')).toBe('');
  });
});
