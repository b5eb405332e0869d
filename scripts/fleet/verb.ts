import { resolve } from 'node:path';
import { fleetErrorMessages as e } from '../../messages/areas/fleet-errors.ts';
import { fleetMessages as m } from '../../messages/areas/fleet.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { Verb, VerbContext } from '../cli/verb.ts';
import { confirmed, type Question } from '../ui/confirm.ts';
import type { FleetAction, FleetOrder } from './action.ts';
import { givenBundles, type BundleSource } from './bundle/bundles.ts';
import { withMadeBundles } from './bundle/made-bundles.ts';
import { fleet } from './fleet.ts';
import { findDuplicate, selectHosts, type FleetHost } from './inventory/fleet-host.ts';
import { hostsOfArguments, readInventoryFile } from './inventory/read-inventory.ts';
import { defineFleetOptions, orderOf, type FleetOptions } from './options.ts';
import { makeFleetProgress } from './show/make-fleet-progress.ts';
import { renderFleet } from './show/render-fleet.ts';
import { sudoPassword, withoutPassword } from './sudo-password.ts';

/** `berth fleet up|check|down`: the same on many hosts, over OpenSSH. */
export const fleetVerb: Verb = {
  define: defineFleetOptions,
  run: async (context, command) => {
    // Commander types no options: this is the edge where they become what `defineFleetOptions` declared.
    const options = command.opts<FleetOptions>();
    const [action, named] = command.processedArgs as [FleetAction, readonly string[]];
    const { console, workingDirectory } = context;
    const order = orderOf(action, options);
    const hosts = await hostsOf(named, { options, workingDirectory });
    const question = questionFor(order, hosts.length);
    if (question !== undefined && !(await confirmed(question, { context, yes: options.yes }))) {
      await console.output.write(`${m.nothingDone()}\n`);
      return 0;
    }
    const password = await sudoPassword(options, context);
    const result = await withBundles(options, context, async (bundles) =>
      fleet({
        hosts,
        order,
        options: absolutePaths(options, workingDirectory),
        password,
        bundles,
        progress: await makeFleetProgress(hosts, console, { json: options.json }),
        context,
      }),
    );
    const text = options.json ? `${JSON.stringify(result, undefined, 2)}\n` : renderFleet(result);
    await console.output.write(text);
    // The result says what was stopped where; a second document or message would only hide it.
    if (context.signal.aborted) return interruptedStatus;
    return result.summary.ok ? 0 : 1;
  },
};

/** 128 + SIGINT, as a shell has it. */
const interruptedStatus = 130;

/** Hosts of the command line and of the hosts file. Throws USAGE, FLEET_INVENTORY_INVALID, FLEET_NO_HOSTS. */
async function hostsOf(
  named: readonly string[],
  using: { readonly options: FleetOptions; readonly workingDirectory: string },
): Promise<readonly FleetHost[]> {
  const { inventory, only } = using.options;
  const listed =
    inventory === undefined
      ? []
      : await readInventoryFile(resolve(using.workingDirectory, inventory));
  const hosts = [...hostsOfArguments(named), ...listed];
  const duplicate = findDuplicate(hosts);
  if (duplicate !== undefined) {
    throw new BerthError('USAGE', { message: duplicate.message, remedy: e.duplicateRemedy() });
  }
  if (hosts.length > 0) return selectHosts(hosts, only);
  throw new BerthError('FLEET_NO_HOSTS', { message: e.noHosts(), remedy: e.noHostsRemedy() });
}

/** What a person is asked before many hosts change; nothing before a check, or before plans are shown. */
function questionFor(order: FleetOrder, count: number): Question | undefined {
  switch (order.action) {
    case 'check':
      return undefined;
    case 'up':
      if (order.plan === 'show') return undefined;
      return { message: m.questionUp({ count }), usually: 'yes', unattended: 'go-on' };
    case 'down':
      return order.purge === 'purge'
        ? { message: m.questionPurge({ count }), usually: 'no', unattended: 'refuse' }
        : { message: m.questionDown({ count }), usually: 'yes', unattended: 'go-on' };
  }
}

/** Options with paths that do not depend on where the process is. */
function absolutePaths(options: FleetOptions, workingDirectory: string): FleetOptions {
  return options.logs === undefined
    ? options
    : { ...options, logs: resolve(workingDirectory, options.logs) };
}

/** The bundles that were given; else they are made when a host needs one. */
function withBundles<T>(
  options: FleetOptions,
  { workingDirectory, env }: VerbContext,
  work: (bundles: BundleSource) => Promise<T>,
): Promise<T> {
  if (options.bundle.length === 0) return withMadeBundles(withoutPassword(env), work);
  return work(givenBundles(options.bundle.map((path) => resolve(workingDirectory, path))));
}
