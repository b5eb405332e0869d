import type { Command } from 'commander';
import { hasErrno } from '../host/files.ts';
import { ApiClient } from './client/client.ts';
import { defaultAddress } from './client/endpoint.ts';
import type { Named } from './contexts/choose-context.ts';
import { resolveEndpoint } from './contexts/resolve-endpoint.ts';
import type { EngineContext } from './context.ts';

/** A verb of the engine's command line; its name and summary are in the table of `index.ts`. */
export interface EngineVerb {
  /** Declares arguments and options. The program needs `enablePositionalOptions()`: `run` passes options through. */
  define(command: Command): void;
  /**
   * Does it, with the arguments that `command` has parsed. Resolves with the exit code; throws BerthError.
   * Nobody below main sets the process's exit code.
   */
  run(context: EngineContext, command: Command): Promise<number>;
}

/** A verb in a table: what the help needs now, and the file that has the rest. */
export interface EngineVerbEntry {
  readonly name: string;
  /** Other names that docker has for it. */
  readonly aliases?: readonly string[];
  /** One line for the help. */
  readonly summary: string;
  /** What the verb does without a word behind it, where that is to show its help. */
  readonly alone?: 'help';
  /** Loads the verb's file, so that `berth ps` does not pay for all the others. */
  load(): Promise<EngineVerb>;
}

/** What a verb works with. */
export interface VerbInput<Options> {
  readonly context: EngineContext;
  readonly client: ApiClient;
  /** Positional arguments, in order. */
  readonly args: readonly string[];
  readonly options: Options;
}

/** What a verb's file says of it. */
export interface VerbSpec<Options> {
  define(command: Command): void;
  run(input: VerbInput<Options>): Promise<number>;
}

/** Exit code of a program whose reader has gone: 128 + SIGPIPE, as a shell reports it. */
const readerGone = 141;

/** Makes a verb: adds `--host`, and the client that belongs to it. `Options` are what `define` declares. */
export function defineVerb<Options>(spec: VerbSpec<Options>): EngineVerb {
  return {
    define: (command) => {
      command.option(
        '-H, --host <address>',
        `the daemon's address (BERTH_HOST, DOCKER_HOST, default ${defaultAddress})`,
      );
      command.option('--context <name>', 'the context to use (DOCKER_CONTEXT)');
      spec.define(command);
    },
    run: async (context, command) => {
      // Commander types no options: this is the edge where they become what `define` declared.
      const options = command.opts<Options & Named>();
      const client = new ApiClient(await resolveEndpoint(options, context.env));
      try {
        return await spec.run({ context, client, args: command.args, options });
      } catch (error) {
        if (hasErrno(error, 'EPIPE')) return readerGone;
        throw error;
      }
    },
  };
}
