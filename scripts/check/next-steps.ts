import type { Finding } from '../../checks/finding.ts';
import { checkVerbMessages as m } from '../../messages/areas/check-verb.ts';
import { fixableFindings } from './fixing.ts';
import type { TextStyle } from './text-style.ts';
import { wrap } from './wrap.ts';

/** What to do next, the nearest first: what berth can fix, what a person has to, and the way around. */
export function nextLines(findings: readonly Finding[], style: TextStyle): readonly string[] {
  const steps = nextSteps(findings);
  if (steps.length === 0) return [];
  return [
    '',
    style.paint('bold', m.labelNext()),
    ...steps.flatMap((step) =>
      wrap(step, style.width - 4).map((line, index) => `  ${index === 0 ? '-' : ' '} ${line}`),
    ),
  ];
}

function nextSteps(findings: readonly Finding[]): readonly string[] {
  const fixable = fixableFindings(findings).map(({ id }) => id);
  const failing = findings.filter(({ status }) => status === 'fail').map(({ id }) => id);
  const byHand = failing.filter((id) => !fixable.includes(id));
  const [first] = byHand;
  return [
    ...(fixable.length > 0 ? [m.nextFix({ ids: fixable.join(', ') })] : []),
    ...(byHand.length > 0 ? [m.nextByHand({ ids: byHand.join(', ') })] : []),
    ...(first === undefined ? [] : [m.nextSkip({ id: first })]),
  ];
}
