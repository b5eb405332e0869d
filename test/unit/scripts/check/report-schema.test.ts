import { Ajv2020 } from 'ajv/dist/2020.js';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checks } from '../../../../checks/index.ts';
import { runChecks } from '../../../../checks/run-checks.ts';
import { languages, useLanguage } from '../../../../messages/language.ts';
import { checkReportSchema } from '../../../../scripts/check/report-schema.ts';
import { reportOf, type CheckReport } from '../../../../scripts/check/report.ts';
import { fakeContext, refusal, type FakeHost } from '../../checks/fake-context.ts';

/** As documents are kept: readers of JSON ignore fields that they do not know, so new ones are allowed. */
const jsonSchema = (): unknown => z.toJSONSchema(checkReportSchema, { io: 'input' });
const validate = new Ajv2020({ formats: { date: true } }).compile(jsonSchema() as object);

async function reportFrom(host: FakeHost): Promise<CheckReport> {
  const findings = await runChecks(fakeContext(host), {
    skip: [
      { id: 'dns', reason: 'x', waiver: { from: '/etc/berth/waivers.yaml', until: '2027-01-01' } },
    ],
  });
  return reportOf(findings, {
    fixed: findings.flatMap((finding) =>
      'fix' in finding
        ? [{ id: finding.id, fix: finding.fix, before: finding.status, after: 'pass' }]
        : [],
    ),
    endedWaivers: [{ id: 'time', reason: 'y', until: '2026-12-31' }],
    durationMs: 12.5,
  });
}

const hosts: readonly (readonly [string, FakeHost])[] = [
  ['an empty one', {}],
  ['an ordinary user', { machine: { uid: 1000 } }],
  [
    'one on which the kernel refuses all',
    {
      program: (program) => {
        throw refusal(program.name, 'EPERM');
      },
    },
  ],
  [
    'one with firewalld, AppArmor and tight limits',
    {
      commands: { 'firewall-cmd --state': 'running', 'firewall-cmd': { exitCode: 2 } },
      files: {
        '/sys/module/apparmor/parameters/enabled': 'Y',
        '/proc/sys/kernel/pid_max': '100',
        '/proc/sys/net/ipv4/ip_forward': '0',
      },
    },
  ],
];

describe('docs/schema/check-report.json', () => {
  it('is made of the schema', async () => {
    const text = JSON.stringify(jsonSchema());
    const config = await resolveConfig('docs/schema/check-report.json');
    await expect(await format(text, { ...config, parser: 'json' })).toMatchFileSnapshot(
      '../../../../docs/schema/check-report.json',
    );
  });

  it.each(hosts)('describes the report of %s', async (_what, host) => {
    // What programs read: undefined fields are gone by then.
    const report = JSON.parse(JSON.stringify(await reportFrom(host))) as CheckReport;
    validate(report);
    expect(validate.errors).toBeNull();
    // Nothing that it does not describe: zod takes unknown fields away.
    expect(checkReportSchema.parse(report)).toEqual(report);
  });

  it('refuses a report without a remedy, with an unknown status, or with a fix of another kind', async () => {
    const report = await reportFrom({});
    const [first] = report.findings;
    const fails = { ...first, status: 'fail', remedy: 'x' };
    for (const finding of [
      { ...fails, remedy: undefined },
      { ...fails, status: 'bad' },
      { ...fails, fix: [{ kind: 'reboot' }] },
    ]) {
      const text = JSON.stringify({ ...report, findings: [finding] });
      expect(validate(JSON.parse(text))).toBe(false);
    }
  });
});

describe('findings in each language', () => {
  it.each(languages)('%s: ids, status and fixes are the same', async (language) => {
    const names = (report: CheckReport): unknown =>
      report.findings.map(({ id, group, status }) => ({ id, group, status }));
    const english = await reportFrom({});
    useLanguage(language);
    try {
      const report = await reportFrom({});
      expect(names(report)).toEqual(names(english));
      expect(report.fixed).toEqual(english.fixed);
      for (const finding of report.findings) {
        const isChinese = /\p{Script=Han}/u.test(finding.title + finding.wanted + finding.why);
        expect(isChinese).toBe(language === 'zh');
      }
      expect(report.findings).toHaveLength(checks.length);
    } finally {
      useLanguage('en');
    }
  });
});
