import type { Verb } from '../cli/verb.ts';

/**
 * `berth oci`, where it is not the first word (`berth --lang zh oci`); else scripts/main.ts takes it. Its options are runc's,
 * and its own to read.
 */
export const ociVerb: Verb = {
  define: (command) => {
    command.argument('[words...]').helpOption(false).allowUnknownOption().passThroughOptions();
  },
  run: async (_context, command) => {
    const { runOciProcess } = await import('./oci-process.ts');
    return runOciProcess(command.args);
  },
};
