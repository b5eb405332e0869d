import type { HookKind } from '../../spec/hooks.ts';
import { MFD_CLOEXEC } from '../../syscall/constants/memory.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { hasHooks, type HooksPlan, startTimeoutMs } from './hooks-plan.ts';
import { type HookFailure, parseHookReports } from './report.ts';
import { runHooks } from './run-hooks.ts';

/** Bytes of records that are handed on at most: with its head a reply has 64 KiB. */
const maxRecords = 60 * 1024;

/** Hooks that are run when nothing else is under way, and whose failures stop nothing. */
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
  const report = p.call('collect failures', 'memfd_create', [p.string('hooks'), MFD_CLOEXEC]);
  runHooks(p, plan, {
    kind,
    ...(pid !== undefined && { pid }),
    onFailure: { then: 'goOn', report },
  });
  const records = p.reserve(maxRecords);
  p.reply(records, p.call('read the failures', 'pread64', [report, records, maxRecords, 0]));
  const { data } = await launcher.run(p, { timeoutMs: startTimeoutMs(plan) });
  return parseHookReports(data);
}
