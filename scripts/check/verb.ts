import { styleText } from 'node:util';
import type { Command } from 'commander';
import type { SkipRequest } from '../../checks/selection.ts';
import { checkVerbMessages as m } from '../../messages/areas/check-verb.ts';
import { readTextIfExists } from '../../runtime/host/files.ts';
import { dataRootOf } from '../../templates/daemon-json.ts';
import type { Verb, VerbContext } from '../cli/verb.ts';
import { withCheckContext } from '../host/check-host.ts';
import { places } from '../host/places.ts';
import { thisHost } from '../host/provision-host.ts';
import { requireRoot } from '../host/require-root.ts';
import { journalledFixes } from './apply-fixes.ts';
import { engineProbe } from './engine-probe.ts';
import { withHostWaivers } from './host-waivers.ts';
import { parseSkip, type CheckOptions } from './options.ts';
import { plainText, type TextStyle } from './text-style.ts';
import { runCheck } from './run-check.ts';

/** The flags as commander parses them. */
interface Flags {
  readonly fix?: true;
  readonly json?: true;
  readonly only?: readonly string[];
  readonly skip?: readonly SkipRequest[];
}

/** `berth check`: whether this host can run containers, and what to do where it cannot. */
export const checkVerb: Verb = {
  define(command: Command) {
    command
      .option('--fix', m.fixOption())
      .option('--json', m.jsonOption())
      .option(
        '--only <id>',
        m.onlyOption(),
        collect<string>((id) => id),
      )
      .option('--skip <id=reason>', m.skipOption(), collect<SkipRequest>(parseSkip));
  },
  async run(context, command) {
    const flags = optionsOf(command.opts<Flags>());
    const waivers = await withHostWaivers(flags.skip ?? [], {
      host: thisHost,
      clock: context.clock,
    });
    const options = { ...flags, skip: waivers.skip, endedWaivers: waivers.ended };
    if (options.fixes === 'apply') requireRoot('check --fix');
    const target = {
      dataRoot: await configuredDataRoot(),
      apiSocket: places.apiSocket,
      engine: engineProbe(places.apiSocket),
      // Nothing is downloaded by a check: a network that is down is worth a warning.
      download: 'none',
    } as const;
    const { exitCode } = await withCheckContext(target, (checkContext) =>
      runCheck(options, {
        context: { ...checkContext, signal: context.signal },
        applyFixes: journalledFixes({
          host: thisHost,
          clock: context.clock,
          signal: context.signal,
        }),
        print: (text) => context.console.output.write(text),
        style: styleFor(context),
      }),
    );
    return exitCode;
  },
};

function optionsOf(flags: Flags): CheckOptions {
  return {
    format: flags.json === true ? 'json' : 'text',
    fixes: flags.fix === true ? 'apply' : 'name',
    ...(flags.only === undefined ? {} : { only: flags.only }),
    ...(flags.skip === undefined ? {} : { skip: flags.skip }),
  };
}

/** Parses each value of an option that may be repeated. */
function collect<T>(parse: (text: string) => T): (text: string, before?: readonly T[]) => T[] {
  return (text, before = []) => [...before, parse(text)];
}

async function configuredDataRoot(): Promise<string> {
  const path = thisHost.path(places.daemonConfig);
  return dataRootOf({ path, text: await readTextIfExists(path) }) ?? places.dataRoot;
}

/** Narrower windows get longer lines than fit: a column of single words helps nobody. */
const leastWidth = 50;

function styleFor({ console, env }: VerbContext): TextStyle {
  const columns = console.output.size()?.columns;
  const width = columns === undefined ? plainText.width : Math.max(columns, leastWidth);
  if (!console.output.isTerminal || (env['NO_COLOR'] ?? '') !== '') return { ...plainText, width };
  return { paint: (style, text) => styleText(style, text, { validateStream: false }), width };
}
