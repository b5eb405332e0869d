import { statusMessages as m } from '../../messages/areas/status.ts';
import type { Command } from 'commander';
import type { Verb } from '../cli/verb.ts';
import { thisHost } from '../host/provision-host.ts';
import { renderStatus } from './render-status.ts';
import { readStatus } from './status.ts';

interface StatusOptions {
  readonly json?: true;
}

/** `berth status`: what is installed and what runs. Exit code 0 when the engine answers, else 1. */
export const statusVerb: Verb = {
  define: (command: Command) => {
    command.option('--json', m.optionJson());
  },
  run: async (context, command) => {
    const options = command.opts<StatusOptions>();
    const status = await readStatus(thisHost, context);
    const text = options.json
      ? `${JSON.stringify(status, undefined, 2)}\n`
      : renderStatus(status, context.clock.now());
    await context.console.output.write(text);
    return status.engine.state === 'answers' ? 0 : 1;
  },
};
