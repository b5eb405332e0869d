import type { Command } from 'commander';
import { dockerConfigPath } from '../credentials/docker-config.ts';
import type { EngineContext } from '../context.ts';
import type { EngineVerb } from '../verb.ts';
import { ContextStore } from './context-store.ts';

/** What a verb of contexts works with. */
export interface LocalInput<Options> {
  readonly context: EngineContext;
  readonly store: ContextStore;
  readonly args: readonly string[];
  readonly options: Options;
}

/** Makes a verb that asks no daemon. `Options` are what `define` declares. */
export function defineLocalVerb<Options>(spec: {
  define(command: Command): void;
  run(input: LocalInput<Options>): Promise<number>;
}): EngineVerb {
  return {
    define: (command) => {
      spec.define(command);
    },
    run: (context, command) => {
      const store = new ContextStore(dockerConfigPath(context.env));
      return spec.run({
        context,
        store,
        args: command.args,
        options: command.opts<Options & object>(),
      });
    },
  };
}
