import type { Verb } from '../cli/verb.ts';
import { thisHost } from '../host/provision-host.ts';
import { berthProgram } from '../program/self.ts';
import { makeProgress, progressStyleFor } from '../ui/make-progress.ts';
import { defineUpOptions, readUpOptions } from './options.ts';
import { renderResult } from './render-result.ts';
import { up } from './up.ts';
import { verifyOptions } from './verify-options.ts';

/** `berth up`: from a bare host to a running hello-world. */
export const upVerb: Verb = {
  define: defineUpOptions,
  run: async (context, command) => {
    const options = readUpOptions(command);
    if (options.onlyOptions) {
      // Before the verdict: install.sh wants to know whether it starts at all, too.
      await context.console.output.write(`${berthProgram().version}\n`);
      await verifyOptions(options, thisHost);
      return 0;
    }
    const style = progressStyleFor(context.console, { json: options.json });
    const progress = await makeProgress(style, context.console);
    const result = await up(options, { context, progress, host: thisHost });
    const text = options.json
      ? `${JSON.stringify(result, undefined, 2)}\n`
      : renderResult(result, result.engine?.socketPath ?? options.socket);
    await context.console.output.write(text);
    return 0;
  },
};
