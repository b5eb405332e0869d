import type { Command } from 'commander';
import type { EngineContext } from '../../runtime/cli/context.ts';

/** What a verb receives of the process it runs in. */
export interface VerbContext extends EngineContext {
  /** Aborted, with an INTERRUPTED, by Ctrl-C and SIGTERM: undo what was begun, then throw its reason. */
  readonly signal: AbortSignal;
}

/** A verb of the command line. */
export interface Verb {
  /** Declares arguments and options. */
  define(command: Command): void;
  /** Does it, with what `command` has parsed. Resolves with the exit code; throws BerthError. */
  run(context: VerbContext, command: Command): Promise<number>;
}

/** A verb in the table: its code is only loaded when it is called, so that `berth` starts fast. */
export interface VerbEntry {
  readonly name: string;
  /** One line for the help, in the language of the process. */
  readonly summary: () => string;
  /** Whether the verb takes Ctrl-C itself, as those do that pass it on to a container. */
  readonly signals: 'abort' | 'own';
  /** It is there for programs, and in no list. */
  readonly hidden?: true;
  /** What the verb does without a word behind it, where that is to show its help. */
  readonly alone?: 'help' | undefined;
  load(): Promise<Verb>;
}
