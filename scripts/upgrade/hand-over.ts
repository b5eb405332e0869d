import { z } from 'zod';
import { language } from '../../messages/language.ts';
import { startAttached } from '../../runtime/host/attached-process.ts';
import { orIfMissing, realpath } from '../../runtime/host/files.ts';
import { unprovedUpgrade } from '../apply/recover.ts';
import { isInstalled } from '../bundle/install-bundle.ts';
import type { VerbContext } from '../cli/verb.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { Journal } from '../journal/journal.ts';
import { bundleHome } from '../program/bundle-home.ts';
import { berthProgram, installedProgram, type BerthProgram } from '../program/self.ts';

const capturedCurrent = z.object({ current: z.string() });

/**
 * Lets the version before do what was asked, when this one came with an upgrade that was cut short: taking that back
 * removes the very program that runs, and one that was never proved is not to provision a host. Resolves with the other
 * one's exit status; `undefined`: this program is the right one.
 *
 * @param argv The command line, without program and `--lang`.
 */
export async function handOver(
  argv: readonly string[],
  { host, context }: { readonly host: ProvisionHost; readonly context: VerbContext },
): Promise<number | undefined> {
  const proved = await provedProgram(host, context);
  if (proved === undefined) return undefined;
  const other = startAttached(proved.argv('cli', ['--lang', language(), ...argv]));
  const stop = (): void => {
    other.kill('SIGTERM');
  };
  context.signal.addEventListener('abort', stop, { once: true });
  try {
    return await other.ended;
  } finally {
    context.signal.removeEventListener('abort', stop);
  }
}

/** The program of the version before, when this one is of an upgrade that was not brought to its end. */
async function provedProgram(
  host: ProvisionHost,
  { clock }: VerbContext,
): Promise<BerthProgram | undefined> {
  const own = berthProgram();
  if (own.kind === 'source') return undefined;
  // A journal that cannot be read is for the verb to complain of.
  const journal = await Journal.look(host, clock).catch(() => undefined);
  const run = journal === undefined ? undefined : unprovedUpgrade(journal);
  const index = run?.plan.steps.findIndex(({ kind }) => kind === 'install-bundle') ?? -1;
  const step = run?.plan.steps[index];
  if (run === undefined || step?.kind !== 'install-bundle') return undefined;
  if (!(await isSameFolder(own.root, host.path(bundleHome(step.version))))) return undefined;
  const before = capturedCurrent.safeParse(run.undo.get(index)).data?.current;
  if (before === undefined || before === step.version) return undefined;
  return (await isInstalled(host, before)) ? installedProgram(before) : undefined;
}

async function isSameFolder(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all(
    [one, other].map((path) => orIfMissing(realpath(path), undefined)),
  );
  return first !== undefined && first === second;
}
