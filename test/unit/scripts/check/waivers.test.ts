import { afterEach, describe, expect, it } from 'vitest';
import { runChecks } from '../../../../checks/run-checks.ts';
import { useLanguage } from '../../../../messages/language.ts';
import { renderText } from '../../../../scripts/check/render-text.ts';
import { reportOf } from '../../../../scripts/check/report.ts';
import { parseWaivers, type Waivers } from '../../../../scripts/check/waivers.ts';
import { fakeContext } from '../../checks/fake-context.ts';

const path = '/etc/berth/waivers.yaml';
const noon = Date.UTC(2027, 0, 15, 12);
const parse = (text: string | undefined): Waivers => parseWaivers({ path, text }, noon);
const entry = (check: string, until: string, reason = 'no IPv6 here'): string =>
  `  - check: ${check}\n    reason: ${reason}\n    until: ${until}\n`;

afterEach(() => {
  useLanguage('en');
});

describe('waivers.yaml', () => {
  it('waives a check with its reason up to and including the last day', () => {
    const text = `# agreed with Li\nwaivers:\n${entry('dns', '2027-01-15')}${entry('fs.space', '"2027-02-01"')}`;
    expect(parse(text)).toEqual({
      skip: [
        { id: 'dns', reason: 'no IPv6 here', waiver: { from: path, until: '2027-01-15' } },
        { id: 'fs.space', reason: 'no IPv6 here', waiver: { from: path, until: '2027-02-01' } },
      ],
      ended: [],
    });
  });

  it('waives nothing after that day, and tells that it ended', () => {
    expect(parse(`waivers:\n${entry('dns', '2027-01-14')}`)).toEqual({
      skip: [],
      ended: [{ id: 'dns', reason: 'no IPv6 here', until: '2027-01-14' }],
    });
  });

  it.each([undefined, '', '# nothing\n', 'waivers:\n', 'waivers: []\n'])(
    'may be empty: %j',
    (text) => {
      expect(parse(text)).toEqual({ skip: [], ended: [] });
    },
  );

  it.each([
    ['an unknown check', `waivers:\n${entry('dsn', '2027-02-01')}`, 2, 'Did you mean "dns"?'],
    ['no reason', 'waivers:\n  - check: dns\n    until: 2027-02-01\n', 2, 'gives no reason'],
    ['an empty reason', `waivers:\n${entry('dns', '2027-02-01', '" "')}`, 2, 'gives no reason'],
    ['no last day', 'waivers:\n\n  - check: dns\n    reason: x\n', 3, 'has no last day'],
    ['no check', 'waivers:\n  - reason: x\n    until: 2027-02-01\n', 2, 'names no check'],
    ['what is no day', `waivers:\n${entry('dns', '2027-02-30')}`, 4, '"2027-02-30"'],
    ['for ever', `waivers:\n${entry('dns', 'never')}`, 4, '"never"'],
    ['a key that does not exist', 'waivers:\n  - chekc: dns\n', 2, '"chekc"'],
    [
      'the same twice',
      `waivers:\n${entry('dns', '2027-02-01')}${entry('dns', '2027-03-01')}`,
      5,
      'twice',
    ],
    ['a list at the top', '- check: dns\n', 1, 'waivers:'],
    ['another word at the top', 'exceptions: []\n', 1, 'waivers:'],
    ['text for an entry', 'waivers:\n  - dns\n', 2, '"check", "reason" and "until"'],
    ['an alias of nothing', 'waivers:\n  - *x\n', 2, '"*x" stands for nothing'],
    ['what is no YAML', 'waivers:\n  - check: a: b\n', 2, path],
  ])('refuses %s, naming the line', (_what, text, line, hint) => {
    const error = caught(() => parse(text));
    expect(error).toMatchObject({ code: 'WAIVERS_INVALID', details: { path } });
    expect(error.message).toContain(`line ${line}`);
    expect(error.message).toContain(hint);
  });

  it('says so in Chinese', () => {
    useLanguage('zh');
    const error = caught(() => parse('waivers:\n  - check: dns\n    until: 2027-02-01\n'));
    expect(error.message).toContain('第 2 行');
  });
});

function caught(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}

describe('a waived check', () => {
  it('is not made, and shown with its reason and last day', async () => {
    const { skip } = parse(`waivers:\n${entry('sysctl.forward', '2027-02-01')}`);
    const findings = await runChecks(fakeContext(), { only: ['sysctl.forward'], skip });
    expect(findings).toMatchObject([
      {
        status: 'skip',
        seen: 'no IPv6 here',
        waiver: { reason: 'no IPv6 here', until: '2027-02-01', from: path },
      },
    ]);
    const report = reportOf(findings, { fixed: [], durationMs: 1 });
    expect(renderText(report)).toContain('sysctl.forward: no IPv6 here (waived until 2027-02-01)');
  });

  it('counts again when its waiver has ended, and the report says so', async () => {
    const { skip, ended } = parse(`waivers:\n${entry('sysctl.forward', '2027-01-01')}`);
    const findings = await runChecks(fakeContext(), { only: ['sysctl.forward'], skip });
    const report = reportOf(findings, { fixed: [], endedWaivers: ended, durationMs: 1 });
    expect(report.summary).toMatchObject({ fail: 1, ok: false });
    expect(renderText(report)).toContain('the waiver of "sysctl.forward" ended on 2027-01-01');
  });
});
