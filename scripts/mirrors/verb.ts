import type { Verb } from '../cli/verb.ts';
import { thisHost } from '../host/provision-host.ts';
import type { ActionInput } from './action.ts';
import { listMirrors } from './list.ts';
import { defineMirrors, optionsOf, type MirrorAction } from './options.ts';
import { rankAction } from './rank-action.ts';
import { resetAction, statusAction } from './scores-action.ts';
import { testAction } from './test-action.ts';
import { useAction } from './use-action.ts';

const run: Readonly<Record<MirrorAction, (input: ActionInput) => Promise<number>>> = {
  status: statusAction,
  list: listMirrors,
  test: testAction,
  rank: rankAction,
  use: useAction,
  reset: resetAction,
};

/** `berth mirrors`: the catalogue of mirrors, what they serve, and which are used. */
export const mirrorsVerb: Verb = {
  define: defineMirrors,
  run: (context, command) => {
    // Commander has checked the argument against its choices; it does not type it.
    const [action = 'status', ...names] = command.args as [MirrorAction?, ...string[]];
    return run[action]({ context, host: thisHost, options: optionsOf(command), names });
  },
};
