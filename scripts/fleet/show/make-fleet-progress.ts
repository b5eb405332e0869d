import type { Console } from '../../../runtime/host/console.ts';
import type { FleetHost } from '../inventory/fleet-host.ts';
import { describeResult } from './describe-result.ts';
import type { FleetProgress } from './fleet-progress.ts';

/** Rows of a terminal that are left for what comes before and after. */
const spareRows = 4;

/**
 * Makes the display: a moving picture for a person who watches and sees all of it, lines else, nothing for a program.
 */
export async function makeFleetProgress(
  hosts: readonly FleetHost[],
  console: Console,
  options: { readonly json: true | undefined },
): Promise<FleetProgress> {
  if (options.json) return { tell: () => undefined, done: () => undefined, end: async () => {} };
  const size = console.output.isTerminal ? console.output.size() : undefined;
  const fits = size !== undefined && size.columns > 0 && size.rows >= hosts.length + spareRows;
  if (!fits) return plainProgress(console);
  return (await import('./terminal-progress.ts')).terminalProgress(hosts);
}

/** Lines in the order in which things happen, each with its host. Percentages would be too many of them. */
function plainProgress(console: Console): FleetProgress {
  let writing: Promise<unknown> = Promise.resolve();
  const last = new Map<string, string>();
  const print = (host: FleetHost, text: string): void => {
    const shape = text.replaceAll(/\d+ %/g, '');
    if (last.get(host.name) === shape) return;
    last.set(host.name, shape);
    // A reader that has gone must not stop what is being done to the hosts.
    const line = `${host.name}: ${text}\n`;
    writing = writing.then(() => console.output.write(line)).catch(() => undefined);
  };
  return {
    tell: print,
    done: (host, result) => {
      print(host, describeResult(result));
    },
    end: async () => {
      await writing;
    },
  };
}
