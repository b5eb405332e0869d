import type { Finding } from '../../checks/finding.ts';
import type { HostFix } from '../../checks/fix.ts';
import { runChecks } from '../../checks/run-checks.ts';
import { upMessages as m } from '../../messages/areas/up.ts';
import type { SkipRequest } from '../../checks/selection.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { fixableFindings } from '../check/fixing.ts';
import { withCheckContext, type CheckTarget } from '../host/check-host.ts';
import type { Tell } from '../ui/progress.ts';

/** What the host was found to be, and what it needs. */
export interface HostVerdict {
  readonly findings: readonly Finding[];
  readonly fixes: readonly HostFix[];
  /** Ids of the checks that asked for the fixes: they are run again after these. */
  readonly fixed: readonly string[];
}

/**
 * Runs the checks and tells what is not as wanted. Throws CHECK_FAILED when one fails that berth cannot put right,
 * CHECK_UNKNOWN and CHECK_SKIP_INVALID for a wrong `--skip`.
 */
export async function checkHost(
  target: CheckTarget,
  options: { readonly skip: readonly SkipRequest[]; readonly tell: Tell },
): Promise<HostVerdict> {
  const findings = await withCheckContext(target, (context) =>
    runChecks(context, { skip: options.skip }),
  );
  for (const finding of findings) tellTrouble(finding, options.tell);
  const passed = findings.filter(({ status }) => status === 'pass').length;
  const counts = { passed, all: findings.length };
  options.tell(passed === findings.length ? m.checksPass(counts) : m.checksRest(counts));
  const fixable = fixableFindings(findings);
  const fixed = fixable.map(({ id }) => id);
  refuse(findings.filter(({ id, status }) => status === 'fail' && !fixed.includes(id)));
  return { findings, fixes: fixable.flatMap(({ fix }) => fix), fixed };
}

/** Runs the checks again that asked for fixes. Throws CHECK_FAILED when one still fails. */
export async function proveFixes(
  target: CheckTarget,
  options: { readonly ids: readonly string[]; readonly tell: Tell },
): Promise<void> {
  if (options.ids.length === 0) return;
  const findings = await withCheckContext(target, (context) =>
    runChecks(context, { only: options.ids }),
  );
  for (const finding of findings) {
    tellTrouble(finding, options.tell);
    if (finding.status === 'pass') options.tell(m.fixed(finding));
  }
  refuse(findings.filter(({ status }) => status === 'fail'));
}

function tellTrouble(finding: Finding, tell: Tell): void {
  if (finding.status !== 'warn' && finding.status !== 'fail') return;
  const { status, id, seen } = finding;
  tell(
    finding.fix === undefined
      ? m.trouble({ status, id, seen })
      : m.troubleFixed({ status, id, seen }),
  );
}

function refuse(failures: readonly Finding[]): void {
  const [first] = failures;
  if (first === undefined) return;
  const list = failures.map(({ id, seen }) => `${id}: ${seen}`).join('; ');
  const advice = 'remedy' in first ? first.remedy : undefined;
  throw new BerthError('CHECK_FAILED', {
    message: m.checkFailed({ list }),
    remedy: m.checkFailedRemedy({ advice: advice ?? m.seeCheck(), id: first.id }),
    details: { failures: failures.map(({ id, seen, wanted }) => ({ id, seen, wanted })) },
  });
}
