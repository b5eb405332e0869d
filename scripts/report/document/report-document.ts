import { createHash } from 'node:crypto';
import { reportMessages as m } from '../../../messages/areas/report.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { Collected } from '../run-collectors.ts';
import type { CollectorResult, ReportDocument, ReportFinding } from './report-schema.ts';

/** A file of the archive: a path from its folder, and its text. */
export interface ReportFile {
  readonly path: string;
  readonly text: string;
}

/** What a report says about itself and its host; the rest comes from the collectors. */
export type ReportHead = Pick<
  ReportDocument,
  'berthVersion' | 'language' | 'createdAt' | 'durationMs' | 'host' | 'request'
>;

/** A report: what report.json says, and the files of evidence that it names. */
export interface Report {
  readonly document: ReportDocument;
  readonly files: readonly ReportFile[];
}

/** Orders findings: what fails first, then as the collectors come. */
const severity = { fail: 0, warn: 1 } as const;

/**
 * Joins what was collected to a report. What has become known as a secret since it was written down is taken out here;
 * what is more than `totalBytes` is left out from the end, and said so.
 */
export function makeDocument(
  head: ReportHead,
  made: {
    readonly collected: readonly Collected[];
    readonly redactor: Redactor;
    readonly totalBytes: number;
  },
): Report {
  const { redactor } = made;
  const files: ReportFile[] = [];
  let left = made.totalBytes;
  const results = made.collected.map((each): CollectorResult => {
    const taken = takeFiles(each, { redactor, left });
    left -= taken.bytes;
    files.push(...taken.files);
    return taken.result;
  });
  const findings = made.collected
    .flatMap(({ collector, evidence }) =>
      evidence.findings.map((finding) => ({ ...finding, collector: collector.id })),
    )
    .toSorted((a, b) => severity[a.status] - severity[b.status]);
  const known = (text: string): string => redactor.again(text);
  const rest = deepText({ results, findings: withFilesThatAre(findings, files), head }, known);
  return { document: documentOf(rest, { redactor, bytes: made.totalBytes - left }), files };
}

function takeFiles(
  { collector, status, durationMs, evidence, error }: Collected,
  to: { readonly redactor: Redactor; readonly left: number },
): {
  readonly result: CollectorResult;
  readonly files: readonly ReportFile[];
  readonly bytes: number;
} {
  const files: ReportFile[] = [];
  const entries: CollectorResult['files'] = [];
  const notes = [...evidence.notes];
  let bytes = 0;
  for (const { name, title, text, shortened } of evidence.files) {
    const path = to.redactor.again(`${collector.id}/${name}`).replaceAll(/[^\w./-]/g, '_');
    const content = to.redactor.again(text);
    const sizeBytes = Buffer.byteLength(content);
    if (bytes + sizeBytes > to.left) {
      notes.push(m.reportFull({ name }));
      continue;
    }
    bytes += sizeBytes;
    files.push({ path, text: content });
    entries.push({
      path,
      title,
      sizeBytes,
      sha256: createHash('sha256').update(content).digest('hex'),
      ...(shortened === undefined ? {} : { shortened }),
    });
  }
  const result: CollectorResult = {
    id: collector.id,
    title: collector.title(),
    status: status === 'complete' && notes.length > 0 ? 'partial' : status,
    durationMs,
    notes,
    ...(error === undefined ? {} : { error }),
    facts: evidence.facts,
    files: entries,
  };
  return { result, files, bytes };
}

/** A finding names only files that made it into the archive. */
function withFilesThatAre(
  findings: readonly ReportFinding[],
  files: readonly ReportFile[],
): ReportFinding[] {
  const paths = new Set(files.map(({ path }) => path));
  return findings.map((finding) => ({
    ...finding,
    evidence: finding.evidence.filter((path) => paths.has(path)),
  }));
}

function documentOf(
  known: {
    readonly results: CollectorResult[];
    readonly findings: ReportFinding[];
    readonly head: ReportHead;
  },
  of: { readonly redactor: Redactor; readonly bytes: number },
): ReportDocument {
  const { results, findings, head } = known;
  const count = (status: string): number =>
    findings.filter((finding) => finding.status === status).length;
  const checks = results.find(({ id }) => id === 'checks')?.facts ?? {};
  const byRule = { ...of.redactor.counts };
  return {
    schemaVersion: 1,
    kind: 'berth-report',
    ...head,
    summary: {
      ok:
        count('fail') === 0 &&
        results.every(({ status }) => status !== 'failed' && status !== 'timeout'),
      fail: count('fail'),
      warn: count('warn'),
      checks: Object.fromEntries(
        Object.entries(checks).filter(
          (entry): entry is [string, number] => typeof entry[1] === 'number',
        ),
      ),
    },
    findings,
    collectors: results,
    redactions: { total: Object.values(byRule).reduce((sum, each) => sum + each, 0), byRule },
    evidenceBytes: of.bytes,
  };
}

/** The same value with every text in it changed by `change`. */
function deepText<T>(value: T, change: (text: string) => string): T {
  const visit = (each: unknown): unknown => {
    if (typeof each === 'string') return change(each);
    if (Array.isArray(each)) return each.map(visit);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, field]) => [key, visit(field)]));
  };
  // Texts stay texts, so its type is what it was.
  return visit(value) as T;
}
