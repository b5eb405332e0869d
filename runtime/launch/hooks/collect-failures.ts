import type { HookKind } from '../../spec/hook-kinds.ts';
import { memoryFile } from '../../syscall/memory-file.ts';
import type { Address, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { hasHooks, type HooksPlan } from './hooks-plan.ts';
import { runHooks } from './run-hooks.ts';

/** Bytes of records that are handed on at most: with its head a reply has 64 KiB. */
const maxRecords = 60 * 1024;

/** An answer in a program's memory: eight bytes that are free, and the records of hooks that have failed. */
export interface CollectedFailures {
  readonly answer: Address;
  /** Bytes of all of it. */
  readonly length: number | Ref;
}

/** Runs all hooks of a kind whose failures stop nothing, and keeps these for an answer. */
export function collectFailures(
  p: ProgramBuilder,
  plan: HooksPlan,
  { kind, pid }: { readonly kind: HookKind; readonly pid?: Value | undefined },
): CollectedFailures {
  if (!hasHooks(plan, kind)) return { answer: p.reserve(8), length: 8 };
  const answer = p.reserve(8 + maxRecords);
  const report = memoryFile(p, 'failures');
  runHooks(p, plan, { kind, pid, onFailure: { then: 'goOn', report } });
  const length = p.value(p.reserve(8));
  const empty = p.label();
  p.set(length, 8);
  const args = [report, answer.at(8), maxRecords, 0];
  const count = p.call('read the failures', 'pread64', args, { onError: empty });
  p.set(length, p.compute('add', length, count));
  p.place(empty);
  p.call('close the failures', 'close', [report], { onError: 'ignore' });
  return { answer, length };
}
