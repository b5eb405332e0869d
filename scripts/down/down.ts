import { downMessages as m } from '../../messages/areas/down.ts';
import { bundleMessages } from '../../messages/areas/bundle.ts';
import { dirname } from 'node:path';
import { upgradeMessages } from '../../messages/areas/upgrade.ts';
import { takeBack, unprovedUpgrade } from '../apply/recover.ts';
import type { ProvisionEvent } from '../apply/events.ts';
import { undoRun } from '../apply/undo-run.ts';
import { currentVersion } from '../bundle/install-bundle.ts';
import { removeBundles } from '../bundle/remove-bundles.ts';
import type { VerbContext } from '../cli/verb.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { requireRoot } from '../host/require-root.ts';
import type { Journal } from '../journal/journal.ts';
import { withJournal } from '../journal/with-journal.ts';
import type { Run } from '../journal/runs.ts';
import { bundlesFolder } from '../program/bundle-home.ts';
import { confirmed } from '../ui/confirm.ts';
import type { Progress, Tell } from '../ui/progress.ts';
import { telling } from '../ui/render-event.ts';
import { dataFoldersOf, takeInventory } from './inventory.ts';
import { removeLook } from '../upgrade/target.ts';
import type { DownOptions } from './options.ts';
import { containerIds, removeCgroups } from './remove-cgroups.ts';
import { describeInventory, type DataInventory, type DownResult } from './result.ts';
import { tidyScratch } from './tidy-scratch.ts';
import { stopContainers } from './stop-containers.ts';

/** What `berth down` works with. */
export interface DownEnvironment {
  readonly context: VerbContext;
  readonly progress: Progress;
  readonly host: ProvisionHost;
}

/**
 * `berth down`: stops containers and daemon, then undoes every run in the journal, newest first. Container data stays
 * unless `purge`. Once it has begun it goes to its end: an abort leaves it as a killed one does, to be run again.
 *
 * @throws BerthError NOT_ROOT, UP_RUNNING, JOURNAL_CORRUPT, USAGE (purge without a terminal and without `--yes`),
 *   CONTAINERS_UNSTOPPABLE, DAEMON_UNSTOPPABLE, ROLLBACK_INCOMPLETE, INTERRUPTED.
 */
export async function down(options: DownOptions, env: DownEnvironment): Promise<DownResult> {
  requireRoot('down');
  const { host, context } = env;
  return withJournal({ host, clock: context.clock }, async (journal) => {
    const result = await undoAll(options, { ...env, journal });
    if (result.outcome === 'declined') return result;
    await removeLook(host);
    const version = await currentVersion(host);
    if (options.purge) await removeBundles(host);
    if (result.outcome === 'undone') return withInstallation(result, host);
    return options.purge && version !== undefined
      ? { ...result, notes: [m.removedItself({ version, path: bundlesFolder })] }
      : result;
  });
}

/** Says where berth itself stays, once instead of with every version that was installed. */
async function withInstallation(result: DownResult, host: ProvisionHost): Promise<DownResult> {
  if ((await currentVersion(host)) === undefined) return result;
  const said = bundleMessages.installedStays({ path: bundlesFolder });
  const notes = result.notes.filter((note) => note !== said);
  return { ...result, installedIn: bundlesFolder, notes };
}

async function undoAll(
  options: DownOptions,
  env: DownEnvironment & { readonly journal: Journal },
): Promise<DownResult> {
  const { host, context, progress, journal } = env;
  const runs = journal.runs;
  if (runs.length === 0) {
    await tidyScratch(host, places.dataRoot);
    await journal.closeIfEmpty();
    return { outcome: 'nothing-to-do', stoppedContainers: 0, notes: [] };
  }
  const socketPath = host.path(socketOf(runs));
  const folders = dataFoldersOf(runs);
  const data = await takeInventory(host, { folders, socketPath });
  const ids = await containerIds(host, folders);
  if (!(await mayGoOn(options, { env, data }))) {
    return { outcome: 'declined', stoppedContainers: 0, notes: [] };
  }
  context.signal.throwIfAborted();
  await takeBackUpgrade(env, journal);
  const stoppedContainers = await progress.stage(m.stageStopping(), async (tell) => {
    const { clock, signal } = context;
    const count = await stopContainers({ host, runs, socketPath, clock, signal });
    tell(m.stopped({ count }));
    return count;
  });
  const notes = await progress.stage(m.stageUndoing(), (tell) =>
    undoRuns(options, { env, journal, tell }),
  );
  await removeCgroups(ids);
  const fate = options.purge ? 'removed' : 'kept';
  return {
    outcome: 'undone',
    stoppedContainers,
    ...(data === undefined ? {} : { data: { ...data, fate } as const }),
    notes,
  };
}

/** A version that was never proved is not to stay the current one. What cannot be put back here is tried again below. */
async function takeBackUpgrade(env: DownEnvironment, journal: Journal): Promise<void> {
  const run = unprovedUpgrade(journal);
  if (run === undefined) return;
  await env.progress.stage(upgradeMessages.stageRecovering(), (tell) =>
    takeBack(run, {
      host: env.host,
      journal,
      listen: telling(tell),
    }),
  );
}

async function mayGoOn(
  options: DownOptions,
  at: { readonly env: DownEnvironment; readonly data: DataInventory | undefined },
): Promise<boolean> {
  const { context, progress } = at.env;
  if (options.purge && at.data !== undefined) {
    const loss = describeInventory(at.data);
    await progress.say(m.lost({ loss }));
    const message = m.askLoss({ loss });
    return confirmed(
      { message, usually: 'no', unattended: 'refuse' },
      { context, yes: options.yes },
    );
  }
  return confirmed(
    { message: m.askUndo(), usually: 'yes', unattended: 'go-on' },
    { context, yes: options.yes },
  );
}

/** The API's socket, as the last run that set it wanted it. */
function socketOf(runs: readonly Run[]): string {
  const socket = runs.findLast(({ plan }) => 'socket' in plan.request)?.plan.request['socket'];
  return typeof socket === 'string' ? socket : places.apiSocket;
}

/** The data root, as the data folders that berth made below it tell. */
function dataRootOf(runs: readonly Run[]): string {
  const [folder] = dataFoldersOf(runs);
  return folder === undefined ? places.dataRoot : dirname(folder);
}

/** What an event says but for its note. */
function withoutNote({
  kind,
  index,
  step,
}: Extract<ProvisionEvent, { kind: 'step-undone' }>): ProvisionEvent {
  return { kind, index, step };
}

async function undoRuns(
  options: DownOptions,
  at: { readonly env: DownEnvironment; readonly journal: Journal; readonly tell: Tell },
): Promise<readonly string[]> {
  const { env, journal, tell } = at;
  const problems: unknown[] = [];
  const notes: string[] = [];
  const runs = journal.runs;
  const say = telling(tell);
  for (const run of runs.toReversed()) {
    const found = await undoRun(run, {
      host: env.host,
      journal,
      options: {
        data: options.purge ? 'purge' : 'keep',
        packages: options.keepPackages ? 'keep' : 'remove',
        services: 'stop',
      },
      reason: 'berth down',
      listen: (event) => {
        // Two runs may have left the same thing in place.
        if ('note' in event && !notes.includes(event.note)) notes.push(event.note);
        // The end tells them, once each.
        if (event.kind === 'step-undone') say(withoutNote(event));
        else if (event.kind !== 'step-kept') say(event);
      },
    });
    problems.push(...found);
  }
  const [first] = problems;
  if (first === undefined) {
    await tidyScratch(env.host, dataRootOf(runs));
    await journal.closeIfEmpty();
    return notes;
  }
  for (const note of notes) tell(m.note({ note }));
  throw new BerthError('ROLLBACK_INCOMPLETE', {
    message: m.notAllUndone({ problems: problems.map(messageOf).join('; ') }),
    remedy: m.notAllUndoneRemedy(),
    details: { problems: problems.map(messageOf) },
    cause: first,
  });
}
