import { reportPageMessages as m } from '../../../messages/areas/report-page.ts';
import type {
  ReportPage,
  ReportPageFile,
  ReportPageFinding,
  ReportPageSection,
} from '../../../templates/report-page.ts';
import type { Report, ReportFile } from './report-document.ts';
import type { CollectorResult, ReportDocument, ReportFinding } from './report-schema.ts';

/** Most characters of one file, and of all files, that the page shows itself; the archive has all of them. */
const fileLimit = 40_000;
const pageLimit = 2_000_000;

/** What report.html shows of a report, in the language of the process. */
export function pageOf({ document, files }: Report): ReportPage {
  const { summary, redactions, host } = document;
  const isWell = summary.fail + summary.warn === 0;
  const budget = { left: pageLimit };
  const anchors = new Map(files.map(({ path }, index) => [path, `file-${index + 1}`]));
  return {
    language: document.language === 'zh' ? 'zh-CN' : 'en',
    title: m.title({ host: host.name }),
    verdict: summary.fail > 0 ? 'fail' : summary.warn > 0 ? 'warn' : 'ok',
    verdictText: isWell ? m.allWell() : m.someFail({ fail: summary.fail, warn: summary.warn }),
    notices: host.userId === 0 ? [] : [m.notRoot()],
    facts: factsOf(document),
    findingsTitle: m.findings(),
    findings: document.findings.map((finding) => findingOf(finding, anchors)),
    evidenceTitle: m.evidence(),
    sections: document.collectors.map((each) => sectionOf(each, { files, anchors, budget })),
    redactions: {
      title: m.redactions(),
      intro: m.redactionsIntro({ count: redactions.total }),
      heads: [m.rule(), m.count()],
      rows: Object.entries(redactions.byRule).map(([rule, count]) => [rule, String(count)]),
    },
  };
}

function factsOf({
  host,
  berthVersion,
  createdAt,
  request,
  summary,
}: ReportDocument): ReportPage['facts'] {
  const checks = Object.entries(summary.checks).map(([status, count]) => `${status} ${count}`);
  return [
    [m.host(), host.name],
    [m.distribution(), host.distribution],
    [m.kernel(), host.kernel],
    [m.hardware(), host.hardware],
    [m.version(), berthVersion],
    [m.createdAt(), readableTime(createdAt)],
    [m.logsSince(), request.logs === 'included' ? readableTime(request.since) : m.logsOmitted()],
    ...(checks.length === 0 ? [] : [[m.checks(), checks.join(', ')] as const]),
  ];
}

/** RFC 3339 without what nobody reads: `2026-11-21 16:19:13 UTC`. */
function readableTime(iso: string): string {
  return iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
}

function findingOf(
  { status, id, title, seen, remedy, wanted, why, evidence }: ReportFinding,
  anchors: ReadonlyMap<string, string>,
): ReportPageFinding {
  return {
    status,
    badge: status === 'fail' ? m.fail() : m.warn(),
    id,
    title,
    seen,
    remedy: { label: m.whatToDo(), text: remedy },
    more: [
      ...(wanted === undefined ? [] : [{ label: m.wanted(), text: wanted }]),
      ...(why === undefined ? [] : [{ label: m.why(), text: why }]),
    ],
    links: evidence.map((path) => ({ text: path, anchor: anchors.get(path) ?? '' })),
  };
}

function sectionOf(
  { id, title, status, notes, facts, files: entries }: CollectorResult,
  of: {
    readonly files: readonly ReportFile[];
    readonly anchors: ReadonlyMap<string, string>;
    readonly budget: { left: number };
  },
): ReportPageSection {
  const texts = new Map(of.files.map(({ path, text }) => [path, text]));
  return {
    id,
    title,
    status,
    badge: badgeOf(status),
    notes,
    facts: Object.entries(facts).map(([name, value]) => [name, String(value)]),
    files: entries.map((entry): ReportPageFile => {
      const shown = shownPart(entry, { text: texts.get(entry.path) ?? '', budget: of.budget });
      return {
        anchor: of.anchors.get(entry.path) ?? '',
        path: entry.path,
        title: entry.title,
        ...shown,
      };
    }),
  };
}

function badgeOf(status: CollectorResult['status']): string {
  switch (status) {
    case 'complete':
      return m.statusComplete();
    case 'partial':
      return m.statusPartial();
    case 'failed':
      return m.statusFailed();
    case 'timeout':
      return m.statusTimeout();
    case 'omitted':
      return m.statusOmitted();
  }
}

function shownPart(
  { path, shortened }: CollectorResult['files'][number],
  of: { readonly text: string; readonly budget: { left: number } },
): { readonly text: string; readonly notes: readonly string[] } {
  const { text, budget } = of;
  const atCollection = shortened === undefined ? [] : [m.cutAtCollection()];
  const limit = Math.min(fileLimit, budget.left);
  if (limit < Math.min(2000, text.length)) {
    return { text: '', notes: [...atCollection, m.onlyInArchive({ path })] };
  }
  budget.left -= Math.min(text.length, limit);
  if (text === '') return { text: m.empty(), notes: atCollection };
  if (text.length <= limit) return { text, notes: atCollection };
  return shortened?.kept === 'end'
    ? { text: text.slice(-limit), notes: [...atCollection, m.keptEnd({ path })] }
    : { text: text.slice(0, limit), notes: [...atCollection, m.keptStart({ path })] };
}
