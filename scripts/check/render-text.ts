import type { Finding } from '../../checks/finding.ts';
import { checkVerbMessages as m } from '../../messages/areas/check-verb.ts';
import { describeFix } from './describe-fix.ts';
import { groupTitles } from './group-titles.ts';
import { nextLines } from './next-steps.ts';
import type { CheckReport } from './report.ts';
import { plainText, type TextStyle } from './text-style.ts';
import { labelled } from './labelled.ts';
import { wrap } from './wrap.ts';

/**
 * A report for people: in full what is wrong, by group and with what to do; in few lines what passed and what was not
 * looked at; then whether this host will do, and what to do next.
 */
export function renderText(report: CheckReport, style: TextStyle = plainText): string {
  const lines = [
    ...troubleLines(report.findings, style),
    ...fixedLines(report, style),
    ...restLines(report, style),
    '',
    ...verdictLines(report, style),
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
    style.paint('bold', groupTitles[group]()),
    ...troubles.filter((one) => one.group === group).flatMap((one) => linesOf(one, style)),
    '',
  ]);
}

const marks = {
  fail: { colour: 'red', text: m.markFail },
  warn: { colour: 'yellow', text: m.markWarn },
} as const;

function linesOf(finding: Trouble, style: TextStyle): readonly string[] {
  const { status, id, title, seen, wanted, why, remedy } = finding;
  const mark = marks[status];
  const row = (label: string, text: string): readonly string[] =>
    labelled({ label, text, indent: 8 }, style);
  return [
    `  ${style.paint(mark.colour, mark.text())}  ${style.paint('bold', title)} (${id})`,
    ...row(m.labelSeen(), seen),
    // What was wanted, and why, is what decides whether one goes on all the same; a warning says itself that one can.
    ...(status === 'fail' ? [...row(m.labelWanted(), wanted), ...row(m.labelWhy(), why)] : []),
    ...row(m.labelRemedy(), remedy),
  ];
}

const statusWords = {
  pass: m.statusPass,
  warn: m.statusWarn,
  fail: m.statusFail,
  skip: m.statusSkip,
} as const;

function fixedLines({ fixed }: CheckReport, style: TextStyle): readonly string[] {
  if (fixed.length === 0) return [];
  const lines = fixed.flatMap(({ id, fix, after }) => {
    const done = fix.map(describeFix).join(', ');
    return after === 'pass'
      ? [`  ${style.paint('green', m.markFixed())} ${id}: ${done}`]
      : [`  ${style.paint('red', m.markStill())} ${id} ${statusWords[after]()}: ${done}`];
  });
  return [style.paint('bold', m.fixesHeading()), ...lines, ''];
}

/** As many that pass are named: who asked for these wants to see them. */
const mostNamed = 6;

function restLines({ findings, endedWaivers }: CheckReport, style: TextStyle): readonly string[] {
  const lines: string[] = [];
  const add = (label: string, text: string): void => {
    lines.push(...labelled({ label, text, indent: 0 }, style));
  };
  for (const { id, until } of endedWaivers) add(m.labelNote(), m.waiverEnded({ id, until }));
  for (const finding of findings) {
    if (finding.status !== 'pass' || finding.note === undefined) continue;
    add(m.labelNote(), m.noteOf({ id: finding.id, seen: finding.seen, note: finding.note }));
  }
  // Without root many are skipped for the same reason: one line for all of those.
  const skipped = Map.groupBy(
    findings.filter(({ status }) => status === 'skip'),
    reasonOf,
  );
  for (const [reason, same] of skipped) {
    add(m.labelSkip(), m.skipped({ ids: same.map(({ id }) => id).join(', '), reason }));
  }
  const passed = findings.filter(({ status }) => status === 'pass').map(({ id }) => id);
  if (passed.length > 0) {
    const few = passed.length <= mostNamed;
    add(m.labelPass(), few ? passed.join(', ') : m.passedMany({ count: passed.length }));
  }
  return lines;
}

function reasonOf(finding: Finding): string {
  if (finding.status !== 'skip' || finding.waiver?.until === undefined) return finding.seen;
  return m.waived({ reason: finding.waiver.reason, until: finding.waiver.until });
}

function verdictLines({ summary }: CheckReport, style: TextStyle): readonly string[] {
  const { pass, warn, fail, skip, durationMs } = summary;
  const time =
    durationMs < 1000
      ? m.milliseconds({ count: Math.round(durationMs) })
      : m.seconds({ count: (durationMs / 1000).toFixed(1) });
  const verdict =
    fail > 0
      ? m.verdictNotYet({ count: fail })
      : warn > 0
        ? m.verdictWarned({ count: warn })
        : m.verdictReady();
  return [
    ...wrap(verdict, style.width).map((line) => style.paint('bold', line)),
    m.counts({ pass, warn, fail, skip, time }),
  ];
}
