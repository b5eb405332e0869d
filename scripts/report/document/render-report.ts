import { reportPage } from '../../../templates/report-page.ts';
import type { ReportArchive } from '../archive/pack-report.ts';
import { safeFileName } from '../evidence/file-name.ts';
import type { Report } from './report-document.ts';
import { pageOf } from './page-of.ts';

/** The archive of a report: findings first (the page, and the same for programs), then the evidence. */
export function renderReport(report: Report): ReportArchive {
  const { document, files } = report;
  const time = document.createdAt.replaceAll(/[-:]|\.\d+/g, '');
  return {
    folder: safeFileName(`berth-report-${document.host.name}-${time}`, []),
    madeMs: Date.parse(document.createdAt),
    files: [
      { path: 'report.html', text: reportPage(pageOf(report)) },
      { path: 'report.json', text: `${JSON.stringify(document, undefined, 2)}\n` },
      ...files,
    ],
  };
}
