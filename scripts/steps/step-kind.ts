import type { z } from 'zod';
import type { ProvisionHost } from '../host/provision-host.ts';

/** What undoing needs to know besides what was captured. */
export interface UndoOptions {
  /** `purge`: container data may go. */
  readonly data: 'keep' | 'purge';
  /** `keep`: packages that berth installed stay. */
  readonly packages: 'keep' | 'remove';
  /** `restore`: a service that ran before the step runs again; `stop`: everything is going away. */
  readonly services: 'restore' | 'stop';
}

/** How undoing one step ended, when it did not throw. */
export type UndoOutcome =
  /** The host is as it was before the step. `note`: something a person should know, such as where a changed file was kept. */
  | { readonly kind: 'undone'; readonly note?: string }
  /** Left in place on purpose, and the journal has to remember it: a later undo may be allowed to remove it. */
  | { readonly kind: 'kept'; readonly note: string }
  /** Left in place on purpose, and berth need not remember it. */
  | { readonly kind: 'forgotten'; readonly note: string };

/** Where a step under way says what it waits for, a line at a time. */
export type StepTell = (line: string) => void;

/**
 * One kind of plan step. `S` is the step, `U` what `capture` found: JSON, because both are written to disk before
 * anything is touched.
 */
export interface StepKind<S extends { readonly kind: string }, U> {
  readonly kind: S['kind'];
  readonly schema: z.ZodType<S>;
  readonly undoSchema: z.ZodType<U>;
  /** What the step does, as one line. */
  describe(step: S): string;
  /** Whether the host is already as the step wants it. */
  isDone(step: S, host: ProvisionHost): Promise<boolean>;
  /** The present state of all that the step would change, in few words: equal text means that the host has not moved. */
  observe(step: S, host: ProvisionHost): Promise<string>;
  /** What would change, as a unified diff or as `was -> will be`. */
  diff(step: S, host: ProvisionHost): Promise<string>;
  /** All that is needed to go back. Changes nothing. `signal` and `tell` are for those that may have to wait. */
  capture(step: S, host: ProvisionHost, signal?: AbortSignal, tell?: StepTell): Promise<U>;
  /** Does it. Works on a host where an earlier try was killed half-way. */
  apply(step: S, host: ProvisionHost, signal?: AbortSignal, tell?: StepTell): Promise<void>;
  /** Goes back. Works when the step was never applied, half applied, or half undone. */
  undo(step: S, context: UndoContext<U>): Promise<UndoOutcome>;
}

/** What a step's undo is given. */
export interface UndoContext<U> {
  readonly captured: U;
  readonly host: ProvisionHost;
  readonly options: UndoOptions;
  readonly tell?: StepTell;
}

/** A step joined with its kind: what plan, journal and runner work with. */
export interface BoundStep {
  describe(): string;
  isDone(host: ProvisionHost): Promise<boolean>;
  observe(host: ProvisionHost): Promise<string>;
  diff(host: ProvisionHost): Promise<string>;
  capture(host: ProvisionHost, signal?: AbortSignal, tell?: StepTell): Promise<unknown>;
  apply(host: ProvisionHost, signal?: AbortSignal, tell?: StepTell): Promise<void>;
  /** `captured` comes from the journal and is parsed; throws JOURNAL_CORRUPT (via the schema's error) when it is not what `capture` wrote. */
  undo(context: UndoContext<unknown>): Promise<UndoOutcome>;
}

/** A step kind with its types forgotten: `bind` parses, so the types hold again inside. */
export interface AnyStepKind {
  readonly kind: string;
  bind(step: unknown): BoundStep;
}

/** Joins steps of one kind with what that kind can do. */
export function bindable<S extends { readonly kind: string }, U>(
  kind: StepKind<S, U>,
): AnyStepKind {
  return {
    kind: kind.kind,
    bind: (raw) => {
      const step = kind.schema.parse(raw);
      return {
        describe: () => kind.describe(step),
        isDone: (host) => kind.isDone(step, host),
        observe: (host) => kind.observe(step, host),
        diff: (host) => kind.diff(step, host),
        capture: (host, signal, tell) => kind.capture(step, host, signal, tell),
        apply: (host, signal, tell) => kind.apply(step, host, signal, tell),
        undo: (context) =>
          kind.undo(step, { ...context, captured: kind.undoSchema.parse(context.captured) }),
      };
    },
  };
}
