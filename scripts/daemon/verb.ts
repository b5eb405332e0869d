import { Argument } from 'commander';
import type { Verb } from '../cli/verb.ts';
import { servicesMessages as m } from '../../messages/areas/services.ts';
import { daemonCommand } from '../program/daemon-command.ts';
import { places } from '../host/places.ts';
import { thisHost } from '../host/provision-host.ts';
import { runForeground } from './foreground.ts';
import { showLog } from './log.ts';
import { controlService, type ServiceAction } from './service.ts';

interface DaemonOptions {
  readonly config: string;
  readonly lines: string;
  readonly follow?: true;
}

/** What `berth daemon` can be asked to do. */
type DaemonAction = 'run' | 'validate' | 'logs' | ServiceAction;
const actions: readonly DaemonAction[] = ['run', 'validate', 'start', 'stop', 'restart', 'logs'];

/** `berth daemon`: the daemon itself in the foreground, and its service by hand. */
export const daemonVerb: Verb = {
  define: (command) => {
    command
      .addArgument(new Argument('[action]', m.argumentAction()).choices(actions).default('run'))
      .option('--config <file>', m.optionConfig(), places.daemonConfig)
      .option('-n, --lines <number>', m.optionLines(), '100')
      .option('-f, --follow', m.optionFollow())
      .addHelpText('after', `\n${m.helpAfter()}`);
  },
  run: async (context, command) => {
    // Commander has checked the argument against its choices; it types neither that nor the options.
    const action = (command.args[0] ?? 'run') as DaemonAction;
    const options = command.opts<DaemonOptions>();
    switch (action) {
      case 'run':
        return runForeground(daemonCommand(options.config), context);
      case 'validate':
        return runForeground([...daemonCommand(options.config), '--validate'], context);
      case 'logs':
        await showLog(thisHost, { context, ...options });
        return 0;
      case 'start':
      case 'stop':
      case 'restart':
        await controlService(action, { context, host: thisHost });
        return 0;
    }
  },
};
