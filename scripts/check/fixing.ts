import type { CheckContext } from '../../checks/context.ts';
import type { Finding } from '../../checks/finding.ts';
import type { HostFix } from '../../checks/fix.ts';
import { runChecks } from '../../checks/run-checks.ts';
import type { FixedFinding } from './report.ts';

/** Carries fixes out, journalled so that `berth down` can undo them. Throws when one cannot be; then none stays. */
export type FixApplier = (fixes: readonly HostFix[]) => Promise<void>;

/** What came of `--fix`. */
export interface FixResult {
  /** The findings, those that were worked on as the second run of their checks has them. */
  readonly findings: readonly Finding[];
  readonly fixed: readonly FixedFinding[];
}

interface Fixable {
  readonly id: string;
  readonly before: 'warn' | 'fail';
  readonly fix: readonly HostFix[];
}

/** Findings that berth can do something about by itself. */
export function fixableFindings(findings: readonly Finding[]): readonly Fixable[] {
  return findings.flatMap((finding) =>
    (finding.status === 'warn' || finding.status === 'fail') && finding.fix !== undefined
      ? [{ id: finding.id, before: finding.status, fix: finding.fix }]
      : [],
  );
}

/** Applies all fixes in one go and runs the checks concerned again: a fix counts when its check says so. */
export async function fixAndProve(
  context: CheckContext,
  findings: readonly Finding[],
  apply: FixApplier,
): Promise<FixResult> {
  const fixable = fixableFindings(findings);
  if (fixable.length === 0) return { findings, fixed: [] };
  await apply(distinct(fixable.flatMap(({ fix }) => fix)));
  const again = await runChecks(context, { only: fixable.map(({ id }) => id) });
  const latest = new Map(again.map((finding) => [finding.id, finding]));
  return {
    findings: findings.map((finding) => latest.get(finding.id) ?? finding),
    fixed: fixable.map(({ id, before, fix }) => ({
      id,
      fix,
      before,
      after: latest.get(id)?.status ?? before,
    })),
  };
}

/** Two checks may want the same module. */
function distinct(fixes: readonly HostFix[]): readonly HostFix[] {
  return [...new Map(fixes.map((fix) => [JSON.stringify(fix), fix])).values()];
}
