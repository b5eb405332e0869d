import { createHash } from 'node:crypto';
import { reportPageStyle } from './report-page-style.ts';

/** A labelled text. */
interface Labelled {
  readonly label: string;
  readonly text: string;
}

/** Something that is not as it should be. */
export interface ReportPageFinding {
  readonly status: 'fail' | 'warn';
  readonly badge: string;
  readonly id: string;
  readonly title: string;
  readonly seen: string;
  readonly remedy: Labelled;
  readonly more: readonly Labelled[];
  readonly links: readonly { readonly text: string; readonly anchor: string }[];
}

/** A file of evidence, as far as the page shows it. */
export interface ReportPageFile {
  readonly anchor: string;
  readonly path: string;
  readonly title: string;
  /** Empty: nothing of it is shown, only its notes are. */
  readonly text: string;
  readonly notes: readonly string[];
}

/** What one collector brought. */
export interface ReportPageSection {
  readonly id: string;
  readonly title: string;
  readonly status: 'complete' | 'partial' | 'failed' | 'timeout' | 'omitted';
  readonly badge: string;
  readonly notes: readonly string[];
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly files: readonly ReportPageFile[];
}

/** All that the page says, as plain text: this file makes it safe to show. */
export interface ReportPage {
  /** BCP 47 tag. */
  readonly language: string;
  readonly title: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly verdictText: string;
  readonly notices: readonly string[];
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly findingsTitle: string;
  readonly findings: readonly ReportPageFinding[];
  readonly evidenceTitle: string;
  readonly sections: readonly ReportPageSection[];
  readonly redactions: {
    readonly title: string;
    readonly intro: string;
    readonly heads: readonly string[];
    readonly rows: readonly (readonly string[])[];
  };
}

/**
 * Nothing is loaded, nothing runs, nothing is sent (Content Security Policy Level 3): the page shows what strangers'
 * containers have printed. Its one style is allowed by its digest.
 */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(reportPageStyle).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The report as one HTML page (WHATWG HTML) that needs no network and no scripts. */
export function reportPage(page: ReportPage): string {
  return `<!doctype html>
<html lang="${escape(page.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escape(page.title)}</title>
<style>${reportPageStyle}</style>
</head>
<body>
<main>
<header>
<h1>${escape(page.title)}</h1>
<p class="verdict ${page.verdict}">${escape(page.verdictText)}</p>
${page.notices.map((notice) => `<p class="notice">${escape(notice)}</p>`).join('\n')}
${factList(page.facts)}
</header>
${page.findings.length === 0 ? '' : `<h2>${escape(page.findingsTitle)}</h2>`}
${page.findings.map(findingCard).join('\n')}
<h2>${escape(page.evidenceTitle)}</h2>
${page.sections.map(section).join('\n')}
<h2>${escape(page.redactions.title)}</h2>
<p>${escape(page.redactions.intro)}</p>
${redactionTable(page.redactions)}
</main>
</body>
</html>
`;
}

function factList(facts: readonly (readonly [string, string])[]): string {
  if (facts.length === 0) return '';
  const items = facts.map(
    ([label, value]) => `<div><dt>${escape(label)}</dt><dd>${escape(value)}</dd></div>`,
  );
  return `<dl class="facts">${items.join('')}</dl>`;
}

function findingCard(finding: ReportPageFinding): string {
  const { status, badge, id, title, seen, remedy, more, links } = finding;
  const shown = links.map(({ text, anchor }) => `<a href="#${escape(anchor)}">${escape(text)}</a>`);
  return `<article class="card finding ${status}">
<div class="head"><span class="badge">${escape(badge)}</span><h3>${escape(title)}</h3><span class="id">${escape(id)}</span></div>
<p>${escape(seen)}</p>
<div class="remedy"><span class="label">${escape(remedy.label)}</span>${escape(remedy.text)}</div>
${more.map(({ label, text }) => `<p><span class="label">${escape(label)}</span>${escape(text)}</p>`).join('\n')}
${shown.length === 0 ? '' : `<p class="links">${shown.join(' ')}</p>`}
</article>`;
}

function section({ id, title, status, badge, notes, facts, files }: ReportPageSection): string {
  return `<details class="section" id="section-${escape(id)}">
<summary><h3>${escape(title)}</h3><span class="badge ${status}">${escape(badge)}</span></summary>
<div class="inside">
${noteList(notes)}
${factList(facts)}
${files.map(file).join('\n')}
</div>
</details>`;
}

function file({ anchor, path, title, text, notes }: ReportPageFile): string {
  const name = title === path ? '' : ` <span class="path">${escape(path)}</span>`;
  return `<details class="file">
<summary><code>${escape(title)}</code>${name}</summary>
<div id="${escape(anchor)}">${noteList(notes)}${text === '' ? '' : `<pre tabindex="0">${escape(text)}</pre>`}</div>
</details>`;
}

function noteList(notes: readonly string[]): string {
  if (notes.length === 0) return '';
  return `<ul class="notes">${notes.map((note) => `<li>${escape(note)}</li>`).join('')}</ul>`;
}

function redactionTable({ heads, rows }: ReportPage['redactions']): string {
  if (rows.length === 0) return '';
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${row(heads, 'th')}</thead><tbody>${rows.map((each) => row(each, 'td')).join('')}</tbody></table>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as text, in elements and in quoted attributes; control characters and those that turn the writing around go. */
function escape(text: string): string {
  return text
    .replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
