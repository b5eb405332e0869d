import type { HookKind } from '../../spec/hook-kinds.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { collectFailures } from './collect-failures.ts';
import { hasHooks, type HooksPlan, startTimeoutMs } from './hooks-plan.ts';
import { type HookFailure, parseHookReports } from './report.ts';

/** Hooks that are run when nothing else is under way. */
export interface LateHooks {
  readonly kind: Extract<HookKind, 'poststart' | 'poststop'>;
  /** The container's process; absent when it has ended. */
  readonly pid?: number;
}

/**
 * Runs all hooks of a kind in a process of their own.
 *
 * @returns those that have failed.
 * @throws the codes of `Launcher.run`, never for a hook that fails.
 */
export async function runLateHooks(
  launcher: Launcher,
  plan: HooksPlan,
  { kind, pid }: LateHooks,
): Promise<readonly HookFailure[]> {
  if (!hasHooks(plan, kind)) return [];
  const p = new ProgramBuilder(`run the ${kind} hooks of ${plan.state.id}`);
  const { answer, length } = collectFailures(p, plan, { kind, pid });
  p.reply(answer, length);
  const { data } = await launcher.run(p, { timeoutMs: startTimeoutMs(plan) });
  return parseHookReports(data.subarray(8));
}
