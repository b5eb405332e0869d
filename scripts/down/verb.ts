import type { Verb } from '../cli/verb.ts';
import { thisHost } from '../host/provision-host.ts';
import { makeProgress, progressStyleFor } from '../ui/make-progress.ts';
import { down } from './down.ts';
import { defineDownOptions, type DownOptions } from './options.ts';
import { renderDownResult } from './result.ts';

/** `berth down`: puts the host back as it was. */
export const downVerb: Verb = {
  define: defineDownOptions,
  run: async (context, command) => {
    // Commander types no options: this is the edge where they become what `defineDownOptions` declared.
    const options = command.opts<DownOptions>();
    const style = progressStyleFor(context.console, { json: options.json });
    const progress = await makeProgress(style, context.console);
    const result = await down(options, { context, progress, host: thisHost });
    await context.console.output.write(
      options.json ? `${JSON.stringify(result, undefined, 2)}\n` : renderDownResult(result),
    );
    return 0;
  },
};
