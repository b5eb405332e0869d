import type { CheckContext } from '../../checks/context.ts';
import { runChecks } from '../../checks/run-checks.ts';
import { fixAndProve, type FixApplier } from './fixing.ts';
import type { CheckOptions } from './options.ts';
import { renderText } from './render-text.ts';
import { reportOf } from './report.ts';
import type { TextStyle } from './text-style.ts';

/** What `berth check` works with. */
export interface CheckTools {
  readonly context: CheckContext;
  readonly applyFixes: FixApplier;
  /** Prints to standard output. */
  readonly print: (text: string) => void | Promise<void>;
  /** How text is to look; `plainText` when absent. */
  readonly style?: TextStyle;
}

/** How `berth check` ended: 0 when nothing failed, else 1. */
export interface CheckResult {
  readonly exitCode: 0 | 1;
}

/**
 * `berth check`: runs the checks, fixes what it can when asked to, and prints the result.
 *
 * @throws BerthError CHECK_UNKNOWN or CHECK_SKIP_INVALID for wrong use, before anything has run; what applying the
 *   fixes throws, after the findings are printed as text: they hold all the same.
 */
export async function runCheck(options: CheckOptions, tools: CheckTools): Promise<CheckResult> {
  const { context } = tools;
  const started = context.clock.now();
  const { only, skip } = options;
  const findings = await runChecks(context, {
    ...(only === undefined ? {} : { only }),
    ...(skip === undefined ? {} : { skip }),
  });
  const print = async (result: Parameters<typeof reportOf>[0], fixed: Fixed): Promise<boolean> => {
    const { endedWaivers = [] } = options;
    const durationMs = context.clock.now() - started;
    const report = reportOf(result, { fixed, endedWaivers, durationMs });
    await tools.print(
      options.format === 'json'
        ? `${JSON.stringify(report, undefined, 2)}\n`
        : renderText(report, tools.style),
    );
    return report.summary.ok;
  };
  if (options.fixes === 'name') return { exitCode: (await print(findings, [])) ? 0 : 1 };
  try {
    const result = await fixAndProve(context, findings, tools.applyFixes);
    return { exitCode: (await print(result.findings, result.fixed)) ? 0 : 1 };
  } catch (error) {
    // `--json` is one document, and the error will be it.
    if (options.format === 'text') await print(findings, []);
    throw error;
  }
}

type Fixed = Parameters<typeof reportOf>[1]['fixed'];
