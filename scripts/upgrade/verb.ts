import { upgradeMessages as m } from '../../messages/areas/upgrade.ts';
import type { Verb } from '../cli/verb.ts';
import { thisHost } from '../host/provision-host.ts';
import { makeProgress, progressStyleFor } from '../ui/make-progress.ts';
import { defineUpgradeOptions, readUpgradeCall } from './options.ts';
import { ownServiceFiles } from './service-files.ts';
import { upgrade, type UpgradeResult } from './upgrade.ts';

/** `berth upgrade`: another version in the place of the one that runs. */
export const upgradeVerb: Verb = {
  define: defineUpgradeOptions,
  run: async (context, command) => {
    const call = readUpgradeCall(command);
    const { output } = context.console;
    if (call.kind === 'describe-service') {
      await output.write(`${JSON.stringify(await ownServiceFiles(thisHost, context.env))}\n`);
      return 0;
    }
    const { options } = call;
    const style = progressStyleFor(context.console, { json: options.json });
    const progress = await makeProgress(style, context.console);
    const result = await upgrade(options, { context, progress, host: thisHost });
    const text = options.json ? JSON.stringify(result, undefined, 2) : render(result);
    await output.write(`${text}\n`);
    return 0;
  },
};

function render(result: UpgradeResult): string {
  const { outcome, to, pruned } = result;
  if (outcome === 'unchanged') return m.unchanged({ to });
  const lines = ['', m.done(result)];
  if (pruned.length > 0) lines.push(`  ${m.pruned({ versions: pruned.join(', ') })}`);
  return [...lines, `  ${m.backHint()}`].join('\n');
}
