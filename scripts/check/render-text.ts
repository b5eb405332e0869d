import type { Finding, FindingGroup } from '../../checks/finding.ts';
import { describeFix } from './describe-fix.ts';
import { fixableFindings } from './fixing.ts';
import type { CheckReport } from './report.ts';
import { wrap } from './wrap.ts';

/** Colours a piece of text for a terminal; returns it as it is elsewhere. */
type Paint = (style: 'red' | 'yellow' | 'green' | 'dim' | 'bold', text: string) => string;

/** What the text is written for. */
export interface TextStyle {
  readonly paint: Paint;
  /** Columns to a line. */
  readonly width: number;
}

/** No colours, and lines that fit most windows: pipes, files, `NO_COLOR`. */
export const plainText: TextStyle = { paint: (_style, text) => text, width: 100 };

const groupTitles: Readonly<Record<FindingGroup, string>> = {
  system: 'System',
  kernel: 'Kernel',
  cgroups: 'Control groups',
  storage: 'Storage',
  network: 'Network',
  services: 'Services',
};
const marks = { fail: ['red', 'FAIL'], warn: ['yellow', 'WARN'] } as const;

/**
 * A report for people: in full what is wrong, by group and with what to do; in one line each what passed and what was
 * not looked at; then the sum.
 */
export function renderText(report: CheckReport, style: TextStyle = plainText): string {
  const lines = [
    ...troubleLines(report.findings, style),
    ...fixedLines(report, style),
    ...restLines(report.findings, style),
    summaryLine(report, style),
    ...nextLines(report.findings, style),
  ];
  return `${lines.join('\n')}\n`;
}

type Trouble = Extract<Finding, { readonly status: 'warn' | 'fail' }>;

function troubleLines(findings: readonly Finding[], style: TextStyle): readonly string[] {
  const troubles = findings.filter(
    (finding): finding is Trouble => finding.status === 'warn' || finding.status === 'fail',
  );
  const groups = [...new Set(troubles.map(({ group }) => group))];
  return groups.flatMap((group) => [
    style.paint('bold', groupTitles[group]),
    ...troubles.filter((one) => one.group === group).flatMap((one) => linesOf(one, style)),
    '',
  ]);
}

function linesOf(finding: Trouble, style: TextStyle): readonly string[] {
  const { status, id, title, seen, wanted, why, remedy } = finding;
  const [colour, mark] = marks[status];
  return [
    `  ${style.paint(colour, mark)}  ${style.paint('bold', title)} (${id})`,
    ...row({ name: 'seen', indent: 8, text: seen }, style),
    ...row({ name: 'wanted', indent: 8, text: wanted }, style),
    // Why it matters is what decides whether one goes on all the same; a warning says itself that one can.
    ...(status === 'fail' ? row({ name: 'why', indent: 8, text: why }, style) : []),
    ...row({ name: 'remedy', indent: 8, text: remedy }, style),
  ];
}

interface Row {
  readonly name: string;
  readonly text: string;
  readonly indent: number;
}

/** A name and its text, which goes on below itself. */
function row({ name, text, indent }: Row, { paint, width }: TextStyle): readonly string[] {
  const [first, ...more] = wrap(text, width - indent - 8);
  const margin = ' '.repeat(indent);
  return [
    `${margin}${paint('dim', name.padEnd(7))} ${first ?? ''}`,
    ...more.map((line) => `${margin}        ${line}`),
  ];
}

function fixedLines({ fixed }: CheckReport, { paint }: TextStyle): readonly string[] {
  if (fixed.length === 0) return [];
  const line = ({ id, fix, after }: CheckReport['fixed'][number]): string => {
    const done = fix.map(describeFix).join(', ');
    return after === 'pass'
      ? `  ${paint('green', 'FIXED')} ${id}: ${done}`
      : `  ${paint('red', 'STILL')} ${id} ${after}: ${done}`;
  };
  return [paint('bold', 'Fixes'), ...fixed.map(line), ''];
}

function restLines(findings: readonly Finding[], style: TextStyle): readonly string[] {
  const lines: string[] = [];
  const add = (name: string, text: string): void => {
    lines.push(...row({ name, text, indent: 0 }, style));
  };
  for (const finding of findings) {
    if (finding.status !== 'pass' || finding.note === undefined) continue;
    add('note', `${finding.id}: ${finding.seen}. ${finding.note}`);
  }
  // Without root many are skipped for the same reason: one line for all of those.
  const skipped = Map.groupBy(
    findings.filter(({ status }) => status === 'skip'),
    ({ seen }) => seen,
  );
  for (const [reason, same] of skipped) {
    add('skip', `${same.map(({ id }) => id).join(', ')}: ${reason}`);
  }
  const passed = findings.filter(({ status }) => status === 'pass').map(({ id }) => id);
  if (passed.length > 0) add('pass', passed.join(', '));
  return lines;
}

function summaryLine({ summary }: CheckReport, { paint }: TextStyle): string {
  const { pass, warn, fail, skip, durationMs } = summary;
  const counts = [
    `${pass} passed`,
    `${warn} ${warn === 1 ? 'warning' : 'warnings'}`,
    `${fail} failed`,
    `${skip} skipped`,
  ];
  const time =
    durationMs < 1000 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1000).toFixed(1)} s`;
  return paint('bold', `${counts.join(', ')} in ${time}`);
}

function nextLines(findings: readonly Finding[], style: TextStyle): readonly string[] {
  const ids = fixableFindings(findings).map(({ id }) => id);
  if (ids.length === 0) return [];
  return wrap(`berth can fix ${ids.join(', ')}: berth check --fix`, style.width);
}
