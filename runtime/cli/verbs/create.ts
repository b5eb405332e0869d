import { interruptible } from '../console/interruptible.ts';
import { createContainer } from '../create/create-container.ts';
import type { RunOptions } from '../create/run-options.ts';
import { defineCreateOptions } from '../create/run-options.ts';
import { defineVerb } from '../verb.ts';

/** `berth create`: makes a container, and prints its id. */
export const create = defineVerb<RunOptions>({
  define: defineCreateOptions,
  run: async (input) => {
    const { console } = input.context;
    const id = await interruptible(console, (signal) => createContainer(input, signal));
    await console.output.write(`${id}\n`);
    return 0;
  },
});
