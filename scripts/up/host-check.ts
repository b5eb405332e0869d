import type { Finding } from '../../checks/finding.ts';
import type { HostFix } from '../../checks/fix.ts';
import { runChecks } from '../../checks/run-checks.ts';
import { checkVerbMessages } from '../../messages/areas/check-verb.ts';
import { upMessages as m } from '../../messages/areas/up.ts';
import type { SkipRequest } from '../../checks/selection.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { fixableFindings } from '../check/fixing.ts';
import type { Clock } from '../../runtime/host/clock.ts';
import { withHostWaivers } from '../check/host-waivers.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
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
  options: {
    readonly skip: readonly SkipRequest[];
    readonly tell: Tell;
    readonly host: ProvisionHost;
    readonly clock: Clock;
  },
): Promise<HostVerdict> {
  const { host, clock } = options;
  const waivers = await withHostWaivers(options.skip, { host, clock });
  for (const { id, until } of waivers.ended) {
    options.tell(checkVerbMessages.waiverEnded({ id, until }));
  }
  const findings = await withCheckContext(target, (context) =>
    runChecks(context, { skip: waivers.skip }),
  );
  const fixable = fixableFindings(findings).filter(isForUp);
  const fixed = fixable.map(({ id }) => id);
  for (const finding of findings) tellTrouble(finding, { fixed, tell: options.tell });
  const passed = findings.filter(({ status }) => status === 'pass').length;
  const counts = { passed, all: findings.length };
  options.tell(passed === findings.length ? m.checksPass(counts) : m.checksRest(counts));
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
    tellTrouble(finding, { fixed: [], tell: options.tell });
    // Others come with them: a check that needs root brings that of root.
    if (finding.status === 'pass' && options.ids.includes(finding.id)) {
      options.tell(m.fixed(finding));
    }
  }
  refuse(findings.filter(({ status }) => status === 'fail'));
}

/**
 * Whether `berth up` fixes it unasked. What must be fixed, always. What is only worth a warning, unless that means to install
 * packages, which a host without a network cannot, or to run services of others: that is what `berth check --fix` is for.
 */
function isForUp({ before, fix }: ReturnType<typeof fixableFindings>[number]): boolean {
  return (
    before === 'fail' || fix.every(({ kind }) => kind !== 'package' && kind !== 'service-enable')
  );
}

function tellTrouble(
  finding: Finding,
  { fixed, tell }: { readonly fixed: readonly string[]; readonly tell: Tell },
): void {
  if (finding.status !== 'warn' && finding.status !== 'fail') return;
  const { status, id, seen } = finding;
  tell(
    !fixed.includes(id) ? m.trouble({ status, id, seen }) : m.troubleFixed({ status, id, seen }),
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
