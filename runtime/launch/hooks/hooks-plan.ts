import type { HookKind } from '../../spec/hook-kinds.ts';
import type { Hook, Hooks } from '../../spec/hooks.ts';
import type { Spec } from '../../spec/spec.ts';

/** The hooks of a container and what they are told. */
export interface HooksPlan {
  readonly hooks: Hooks;
  readonly state: HookState;
  /** `NAME=value`: for hooks whose config has no `env`. */
  readonly environment: readonly string[];
  /** The same for hooks of `startContainer`: what the container's program gets, as with runc. */
  readonly programEnvironment: readonly string[];
  /** Files of the host that take the output of hooks instead of the error; not of those of `startContainer`. */
  readonly outputFiles: {
    readonly stdout: string | undefined;
    readonly stderr: string | undefined;
  };
}

/** What of a container's state does not change: OCI runtime-spec 1.2.1, runtime.md, "State". */
export interface HookState {
  readonly id: string;
  /** Absolute path of the bundle: hooks that are run on the host are run in it. */
  readonly bundle: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * What the hooks of a config are told.
 *
 * @param container its id, the folder that stands for its bundle, and the environment of hooks that have none of
 *   their own (empty unless given).
 */
export function planHooks(
  { hooks, annotations, process }: Spec,
  {
    id,
    bundle,
    environment = [],
  }: { readonly id: string; readonly bundle: string; readonly environment?: readonly string[] },
): HooksPlan {
  return {
    // Annotations of crun.
    outputFiles: {
      stdout: annotations['run.oci.hooks.stdout'],
      stderr: annotations['run.oci.hooks.stderr'],
    },
    hooks,
    state: { id, bundle, annotations },
    environment,
    programEnvironment: process.env,
  };
}

/** Whether hooks of one of the kinds are to be run. */
export function hasHooks({ hooks }: HooksPlan, ...kinds: readonly HookKind[]): boolean {
  return kinds.some((kind) => hooks[kind].length > 0);
}

/** The environment of a hook. */
export function environmentOf(plan: HooksPlan, kind: HookKind, { env }: Hook): readonly string[] {
  return env ?? (kind === 'startContainer' ? plan.programEnvironment : plan.environment);
}

/**
 * How long a start with these hooks may take; those of `poststop` count, as they are run when a start fails.
 *
 * @param ownMs what the start takes without hooks, at most.
 * @returns milliseconds, infinite with a hook that may take as long as it likes.
 */
export function startTimeoutMs({ hooks }: HooksPlan, ownMs = 30_000): number {
  const all = Object.values(hooks).flat();
  return all.reduce((ms, { timeout = Infinity }) => ms + timeout * 1000, ownMs);
}
