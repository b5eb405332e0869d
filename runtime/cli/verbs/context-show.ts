import { contextInUse } from '../contexts/choose-context.ts';
import { defineLocalVerb } from '../contexts/local-verb.ts';

/** `berth context show`: prints the name of the context in use. */
export const contextShow = defineLocalVerb<object>({
  define: () => undefined,
  run: async ({ context }) => {
    await context.console.output.write(`${await contextInUse(context.env)}\n`);
    return 0;
  },
});
