import {
  AT_FDCWD,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
} from '../../syscall/constants/fs.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { endContainer } from '../channels/end-container.ts';
import { passFailureOn } from '../channels/pass-failure-on.ts';
import { hear as hearFrom, sendGo, type SyncChannel } from '../channels/sync-channel.ts';
import { hasHooks, type HooksPlan } from './hooks-plan.ts';
import { hookWord } from './hooks-of-container.ts';
import { maxReportSize } from './report.ts';
import { runHooks } from './run-hooks.ts';

/** File of the run folder with the records of poststop hooks that have failed. */
export const poststopFileName = 'poststop';

/** What the process that brings a container up holds. */
export interface RuntimeHooks {
  readonly hooks: HooksPlan;
  readonly child: Ref;
  readonly sync: SyncChannel;
}

/**
 * In the process that brings the container up: runs the hooks of the runtime when the container's process asks for it,
 * and hears of its own. When one fails the container is ended before that is told.
 */
export function serveCreateHooks(p: ProgramBuilder, runtime: RuntimeHooks): void {
  const { hooks, child, sync } = runtime;
  if (hasHooks(hooks, 'prestart', 'createRuntime')) {
    hear(p, runtime, 'made');
    const cleanUp = (): void => {
      endContainer(p, child);
    };
    for (const kind of ['prestart', 'createRuntime'] as const)
      runHooks(p, hooks, { kind, pid: child, onFailure: { then: 'stop', cleanUp } });
    sendGo(p, sync.parent);
  }
  if (hasHooks(hooks, 'createContainer')) {
    hear(p, runtime, 'createContainer');
    sendGo(p, sync.parent);
  }
}

/** In the process that brings the container up: hears of the hooks that the container's process runs right before its program. */
export function serveStartHooks(p: ProgramBuilder, runtime: RuntimeHooks): void {
  if (!hasHooks(runtime.hooks, 'startContainer')) return;
  hear(p, runtime, 'startContainer');
  sendGo(p, runtime.sync.parent);
}

/** Waits for a word about hooks; anything else is a failure. */
function hear(p: ProgramBuilder, { child, sync }: RuntimeHooks, word: keyof typeof hookWord): void {
  const heard = p.label();
  const buffer = p.reserve(maxReportSize);
  const args = [sync.parent, buffer, maxReportSize];
  const length = hearFrom(p, { label: 'hear of the hooks', call: 'read', args });
  p.jumpIf('eq', length, hookWord[word], heard);
  passFailureOn(p, { child, buffer, length });
  p.place(heard);
}

/** Runs the hooks of poststop; those that fail are recorded in a file of the current folder. */
export function runPoststop(p: ProgramBuilder, hooks: HooksPlan): void {
  if (!hasHooks(hooks, 'poststop')) return;
  const flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC;
  const file = [AT_FDCWD, p.string(poststopFileName), flags, 0o600];
  const report = p.call('open the record of hooks', 'openat', file, { onError: 'ignore' });
  runHooks(p, hooks, { kind: 'poststop', onFailure: { then: 'goOn', report } });
  p.call('close the record of hooks', 'close', [report], { onError: 'ignore' });
}
