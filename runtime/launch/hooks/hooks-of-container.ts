import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { awaitGo } from '../channels/sync-channel.ts';
import { hasHooks, type HooksPlan } from './hooks-plan.ts';
import { runHooks } from './run-hooks.ts';

/**
 * Lengths of what the container's process says about hooks on the start-up channel, where nothing else that is said has
 * that length: a terminal comes with one byte, a seccomp listener with eight, a failure with 24 and more.
 */
export const hookWord = {
  /** Everything is made, and the hooks of the runtime may be run. */
  made: 2,
  /** The hooks of createContainer have succeeded. */
  createContainer: 3,
  /** The hooks of startContainer have succeeded. */
  startContainer: 4,
} as const;

/** What the container's process needs for its hooks. */
export interface ContainerHooks {
  readonly hooks: HooksPlan;
  /** Its end of the start-up channel. */
  readonly sync: Ref;
}

/**
 * In the container's process, when its file system is made and not yet its only one: lets the monitor run the hooks of
 * the runtime, then runs those of createContainer, whose paths are resolved on the host.
 *
 * @param hostRoot the root of the host, while the process has the container's.
 */
export function runCreateHooks(
  p: ProgramBuilder,
  { hooks, sync }: ContainerHooks,
  hostRoot: Ref,
): void {
  if (hasHooks(hooks, 'prestart', 'createRuntime')) sayAndWait(p, sync, 'made');
  if (!hasHooks(hooks, 'createContainer')) return;
  const enter = (): void => {
    const label = 'return to the root of the host';
    p.call(label, 'fchdir', [hostRoot]);
    p.call(label, 'chroot', [p.string('.')]);
  };
  runOwn(p, hooks, { kind: 'createContainer', enter });
  sayAndWait(p, sync, 'createContainer');
}

/**
 * In the container's process, right before its program: with its user, its rights and its filter. A hook of the
 * container's own can do no more than the program could.
 */
export function runStartHooks(
  p: ProgramBuilder,
  { hooks, sync }: ContainerHooks,
  { monitored }: { readonly monitored: boolean },
): void {
  if (!hasHooks(hooks, 'startContainer')) return;
  runOwn(p, hooks, { kind: 'startContainer' });
  // Meanwhile the monitor may have died, and the process no longer dies with it.
  if (monitored) sayAndWait(p, sync, 'startContainer');
}

function runOwn(
  p: ProgramBuilder,
  plan: HooksPlan,
  run: { readonly kind: 'createContainer' | 'startContainer'; readonly enter?: () => void },
): void {
  // "For hooks executed in the container namespace, it is the pid as seen by the container."
  const pid = p.call('look up the own number', 'getpid', []);
  runHooks(p, plan, { ...run, pid, onFailure: { then: 'stop', cleanUp: () => undefined } });
}

function sayAndWait(p: ProgramBuilder, sync: Ref, word: keyof typeof hookWord): void {
  p.call('tell the monitor of the hooks', 'write', [sync, p.reserve(8), hookWord[word]]);
  awaitGo(p, sync);
}
