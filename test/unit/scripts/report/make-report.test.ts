import { Ajv2020 } from 'ajv/dist/2020.js';
import { format } from 'prettier';
import { afterEach, describe, expect, test } from 'vitest';
import { useLanguage } from '../../../../messages/language.ts';
import { text } from '../../../../messages/message.ts';
import { systemClock } from '../../../../runtime/host/clock.ts';
import { hostAt } from '../../../../scripts/host/provision-host.ts';
import type { Collector } from '../../../../scripts/report/collector.ts';
import { renderReport } from '../../../../scripts/report/document/render-report.ts';
import type { Report } from '../../../../scripts/report/document/report-document.ts';
import { reportJsonSchema } from '../../../../scripts/report/document/report-schema.ts';
import { reportLimits } from '../../../../scripts/report/limits.ts';
import { makeReport } from '../../../../scripts/report/make-report.ts';

afterEach(() => {
  useLanguage('en');
});

const validate = new Ajv2020({ allowUnionTypes: true, formats: { 'date-time': true } }).compile(
  reportJsonSchema() as object,
);

function collector(
  id: string,
  collect: Collector['collect'],
  more: Partial<Collector> = {},
): Collector {
  return { id, title: text(id, id), holds: 'facts', timeoutMs: 5000, collect, ...more };
}

const make = (
  collectors: readonly Collector[],
  more: Partial<Parameters<typeof makeReport>[0]> = {},
): Promise<Report> =>
  makeReport({
    request: { logs: 'included', sinceMs: 0 },
    host: hostAt('/nonexistent'),
    env: {},
    clock: systemClock,
    signal: new AbortController().signal,
    collectors,
    ...more,
  });

const finding = {
  id: 'a.b',
  title: 'A',
  seen: 'b',
  remedy: 'c',
  evidence: ['good/a.txt', 'good/none.txt'],
};

test('docs/schema/report.json is the schema of report.json', async () => {
  const written = await format(JSON.stringify(reportJsonSchema()), {
    parser: 'json',
    printWidth: 100,
  });
  await expect(written).toMatchFileSnapshot('../../../../docs/schema/report.json');
});

describe('a report', () => {
  test('has findings first, the ones that fail before the others, and names only files that are there', async () => {
    const { document } = await make([
      collector('good', (_context, evidence) => {
        evidence.text('a.txt', 'x');
        evidence.finding({ ...finding, status: 'warn' });
        return Promise.resolve();
      }),
      collector('bad', (_context, evidence) => {
        evidence.finding({ ...finding, status: 'fail' });
        return Promise.resolve();
      }),
    ]);
    expect(document.findings.map(({ collector: id, status }) => `${id} ${status}`)).toEqual([
      'bad fail',
      'good warn',
    ]);
    expect(document.findings[0]?.evidence).toEqual(['good/a.txt']);
    expect(document.summary).toMatchObject({ ok: false, fail: 1, warn: 1 });
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  });

  test('goes on without a collector that throws or hangs, keeps what they had, and says so', async () => {
    const ended: string[] = [];
    const { document, files } = await make(
      [
        collector('throws', (_context, evidence) => {
          evidence.text('a.txt', 'before');
          return Promise.reject(new Error('password=c4nary'));
        }),
        collector('hangs', async ({ signal }, evidence) => {
          evidence.text('b.txt', 'before');
          signal.addEventListener('abort', () => ended.push('told'));
          await new Promise(() => undefined);
        }),
        collector('good', (_context, evidence) => {
          evidence.text('c.txt', 'well');
          return Promise.resolve();
        }),
      ],
      { limits: { ...reportLimits, haste: 100 } },
    );
    expect(document.collectors.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'throws failed',
      'hangs timeout',
      'good complete',
    ]);
    expect(document.collectors[0]?.error).toEqual({
      code: 'Error',
      message: 'password=[redacted:secret-name]',
    });
    expect(document.collectors[1]?.error?.code).toBe('REPORT_COLLECTOR_TIMEOUT');
    expect(files.map(({ path }) => path)).toEqual(['throws/a.txt', 'hangs/b.txt', 'good/c.txt']);
    expect(ended).toEqual(['told']);
    expect(document.summary.ok).toBe(false);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  });

  test('leaves logs out when asked to', async () => {
    const logs = collector('log', () => Promise.reject(new Error('asked all the same')), {
      holds: 'logs',
    });
    const { document } = await make([logs], { request: { logs: 'omitted', sinceMs: 0 } });
    expect(document.collectors[0]).toMatchObject({ status: 'omitted', files: [] });
    expect(document.summary.ok).toBe(true);
  });

  test('takes out of the first collector what only the last one knew to be secret', async () => {
    const report = await make([
      collector('first', (_context, evidence) => {
        evidence.text('a.txt', 'connects with c4nary-b1rd');
        evidence.text('c4nary-b1rd.txt', 'x', { title: 'c4nary-b1rd' });
        evidence.note('c4nary-b1rd');
        evidence.fact('word', 'c4nary-b1rd');
        evidence.finding({ ...finding, status: 'warn', seen: 'c4nary-b1rd' });
        return Promise.resolve();
      }),
      collector('last', (_context, evidence) => {
        evidence.json('b.json', { password: 'c4nary-b1rd' });
        return Promise.resolve();
      }),
    ]);
    const all = JSON.stringify([report, renderReport(report)]);
    expect(all).not.toMatch(/c4nary|b1rd/);
    expect(report.document.redactions.total).toBeGreaterThan(5);
  });

  test('is no larger than it may be, and says what it left out', async () => {
    const big = (id: string): Collector =>
      collector(id, (_context, evidence) => {
        for (const name of ['a', 'b', 'c']) evidence.text(name, `${'x'.repeat(999)}\n`);
        return Promise.resolve();
      });
    const { document, files } = await make([big('one'), big('two')], {
      limits: { ...reportLimits, totalBytes: 4500 },
    });
    expect(files).toHaveLength(4);
    expect(document.evidenceBytes).toBe(4000);
    expect(document.collectors[1]).toMatchObject({
      status: 'partial',
      notes: ['"b" was left out: the report is full', '"c" was left out: the report is full'],
    });
  });

  test('ends with the reason when nobody wants it any more', async () => {
    const abort = new AbortController();
    const stops = collector('stops', async () => {
      abort.abort(new Error('Ctrl-C'));
      await new Promise(() => undefined);
    });
    await expect(make([stops], { signal: abort.signal })).rejects.toThrow('Ctrl-C');
  });
});

describe('the page', () => {
  test('shows what strangers wrote as text, runs and loads nothing', async () => {
    const evil = `</pre><script>alert(1)</script><img src=x onerror="alert(2)">'&\u202e\u0007`;
    const report = await make([
      collector('evil', (_context, evidence) => {
        evidence.text(`${evil}.txt`, evil, { title: evil });
        evidence.note(evil);
        evidence.fact(evil, evil);
        evidence.finding({
          ...finding,
          status: 'fail',
          title: evil,
          seen: evil,
          why: evil,
          wanted: evil,
        });
        return Promise.resolve();
      }),
    ]);
    const page = renderReport(report).files[0]?.text ?? '';
    expect(page).not.toMatch(/<script|<img|<[a-z]+ [^>]*\son\w+=/i);
    expect(page).not.toMatch(/[\u202e\u0007]/);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('default-src &#39;none&#39;');
    expect(page).not.toMatch(/(?:src|href)="(?!#)|url\(|@import/);
  });

  test('is in the language of the process', async () => {
    useLanguage('zh');
    const report = await make([]);
    const page = renderReport(report).files[0]?.text ?? '';
    expect(page).toContain('<html lang="zh-CN">');
    expect(page).toContain('berth 报告');
    expect(report.document.language).toBe('zh');
  });

  test('comes first in the archive, then the same for programs', async () => {
    const archive = renderReport(await make([]));
    expect(archive.files.map(({ path }) => path)).toEqual(['report.html', 'report.json']);
    expect(archive.folder).toMatch(/^berth-report-[\w.-]+-\d{8}T\d{6}Z$/);
  });
});
