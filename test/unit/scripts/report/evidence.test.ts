import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { safeFileName } from '../../../../scripts/report/evidence/file-name.ts';
import { Evidence } from '../../../../scripts/report/evidence/evidence.ts';
import { KeptText } from '../../../../scripts/report/evidence/kept-text.ts';
import { LineFilter } from '../../../../scripts/report/evidence/line-filter.ts';
import { reportLimits } from '../../../../scripts/report/limits.ts';
import { Redactor } from '../../../../scripts/report/redaction/redactor.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-evidence-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const host = { path: (onHost: string) => join(folder, onHost) };
const signal = new AbortController().signal;
const make = (limits = {}): Evidence =>
  new Evidence(new Redactor(), { ...reportLimits, ...limits });

describe('files of the host', () => {
  test('come redacted; one that is missing is nothing, one that is no file is a note', async () => {
    const evidence = make();
    await mkdir(join(folder, 'etc'));
    await writeFile(join(folder, 'etc/app.conf'), 'user = bob\npassword = c4nary\n');
    expect(await evidence.file(host, '/etc/app.conf')).toContain('user = bob');
    expect(await evidence.file(host, '/etc/none.conf')).toBeUndefined();
    expect(evidence.notes).toEqual([]);
    expect(await evidence.file(host, '/etc')).toBeUndefined();
    expect(evidence.notes).toHaveLength(1);
    expect(evidence.files).toEqual([
      {
        name: 'etc/app.conf',
        title: '/etc/app.conf',
        text: 'user = bob\npassword = [redacted:secret-name]\n',
      },
    ]);
  });

  test('are read from their end when that is what counts, whatever their length', async () => {
    const evidence = make({ fileBytes: 100, readBytes: 1000 });
    const lines = Array.from({ length: 5000 }, (_each, index) => `line ${index}`);
    await writeFile(join(folder, 'big.log'), lines.join('\n'));
    await evidence.file(host, '/big.log', { keep: 'end' });
    const [file] = evidence.files;
    expect(file?.text).toMatch(/^line \d+\n/);
    expect(file?.text.endsWith('line 4999')).toBe(true);
    expect(file?.text.length).toBeLessThanOrEqual(100);
    expect(file?.shortened).toMatchObject({ kept: 'end' });
  });
});

describe('programs', () => {
  test('give their output; missing, failing and hanging ones are told of', async () => {
    const evidence = make({ haste: 50 });
    const by = { signal };
    expect(await evidence.command('a.txt', ['sh', '-c', 'echo token=c4nary12; echo b'], by)).toBe(
      'printed',
    );
    expect(await evidence.command('b.txt', ['/nonexistent/program'], by)).toBe('failed');
    expect(await evidence.command('c.txt', ['sh', '-c', 'echo no >&2; exit 3'], by)).toBe('failed');
    expect(await evidence.command('d.txt', ['sh', '-c', 'echo begun; sleep 600 & wait'], by)).toBe(
      'failed',
    );
    expect(evidence.files.map(({ name, text }) => [name, text])).toEqual([
      ['a.txt', 'token=[redacted:secret-name]\nb\n'],
      ['d.txt', 'begun\n'],
    ]);
    const fails = ['sh', '-c', 'echo part; exit 1'] as const;
    await evidence.command('e.txt', fails, { signal, trouble: 'ignore' });
    expect(evidence.files.at(-1)?.text).toBe('part\n');
    expect(evidence.notes).toEqual([
      '"/nonexistent/program" is not installed',
      expect.stringContaining('ended with status 3: no'),
      expect.stringContaining('did not end in time'),
    ]);
  });

  test('that print without end are stopped', async () => {
    const evidence = make({ fileBytes: 1000, readBytes: 200_000 });
    await evidence.command('y.txt', ['yes'], { signal });
    expect(evidence.files[0]?.text.length).toBeLessThanOrEqual(1000);
    await evidence.command('z.txt', ['yes'], { signal, keep: 'end' });
    expect(evidence.files[1]?.text.length).toBeLessThanOrEqual(1000);
    expect(evidence.notes).toEqual([expect.stringContaining('"z.txt" was read for')]);
  });
});

test('a stream that breaks leaves what had arrived', async () => {
  const evidence = make();
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from('first\n');
      await Promise.resolve();
      throw new Error('gone');
    })(),
  );
  await expect(evidence.stream('log.txt', broken)).rejects.toThrow('gone');
  expect(evidence.files[0]?.text).toBe('first\n');
});

test('no collector gives more than its share', () => {
  const evidence = make({ collectorBytes: 25 });
  evidence.text('a', 'x'.repeat(20));
  evidence.text('b', 'x'.repeat(20));
  evidence.text('c', 'x'.repeat(5));
  expect(evidence.files.map(({ name }) => name)).toEqual(['a', 'c']);
  expect(evidence.notes).toEqual(['"b" was left out: this part of the report is full']);
});

test('what comes after the seal is not taken in', () => {
  const evidence = make();
  evidence.seal();
  evidence.text('a', 'late');
  evidence.note('late');
  evidence.fact('a', 1);
  expect([evidence.files, evidence.notes, evidence.facts]).toEqual([[], [], {}]);
});

describe('names of files', () => {
  test.each([
    ['/etc/os-release', 'etc/os-release'],
    ['../../etc/passwd', '_/_/etc/passwd'],
    ['<script>alert(1)</script>-0123/log.txt', '_script_alert_1_/script_-0123/log.txt'],
    ['数据', '_'],
    ['', 'file'],
  ])('%s becomes %s', (wanted, name) => {
    expect(safeFileName(wanted, [])).toBe(name);
  });

  test('are not given twice', () => {
    expect(safeFileName('a.txt', ['a.txt', 'a-2.txt'])).toBe('a-3.txt');
  });
});

describe('kept text', () => {
  test('is cut between lines', () => {
    const start = new KeptText(10, 'start');
    const end = new KeptText(10, 'end');
    for (const part of ['one\ntwo\n', 'three\nfo', 'ur\n']) {
      start.add(part);
      end.add(part);
    }
    expect([start.text, end.text]).toEqual(['one\ntwo\n', 'four\n']);
    expect([start.isShortened, start.seen]).toEqual([true, 19]);
  });
});

test('lines are chosen whole, however they arrive', () => {
  const filter = new LineFilter((line) => line.startsWith('b'));
  const out =
    ['a1\nb', '2\nb3', '\nc\nb', '4'].map((part) => filter.push(part)).join('') + filter.end();
  expect(out).toBe('b2\nb3\nb4\n');
});
