import { z } from 'zod';
import { repositoryMessages as m } from '../../messages/areas/repositories.ts';
import { messageOf } from '../../messages/error-words.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { packageManagerOf } from '../packages/index.ts';
import type { PackageManager } from '../packages/package-manager.ts';
import type { StepKind, UndoContext, UndoOutcome } from './step-kind.ts';
import { writeFileKind } from './write-file.ts';

const file = z.strictObject({
  path: z.string().startsWith('/'),
  content: z.string(),
  /** Permission bits for a new file. */
  mode: z.int().min(0).max(0o7777),
});

/** Writes the files of package repositories as one, and fetches the package index anew. */
export const repositoryStep = z.strictObject({
  kind: z.literal('repository'),
  /** For people. */
  title: z.string(),
  files: z.array(file).min(1),
  /** That file among `files` which is an OpenPGP key for the package manager's own database of keys (rpm, pacman). */
  keyFile: z.string().optional(),
});

type RepositoryStep = z.infer<typeof repositoryStep>;

const captured = z.strictObject({
  /** What the step `write-file` captures, file by file. */
  files: z.array(writeFileKind.undoSchema),
  /** Fingerprints that the package manager trusted before. */
  trusted: z.array(z.string()),
});
type Captured = z.infer<typeof captured>;

/** An index that cannot be fetched must not keep `berth down` waiting for good, in milliseconds. */
const undoRefreshLimitMs = 90_000;

type WriteFile = Parameters<typeof writeFileKind.describe>[0];

const writesOf = (step: RepositoryStep): readonly WriteFile[] =>
  step.files.map((each) => ({ kind: 'write-file', ...each }));

const managerFor = (step: RepositoryStep, host: ProvisionHost): Promise<PackageManager> =>
  packageManagerOf(host, [step.title]);

/** The key to be trusted; `undefined` where there is none. */
function keyOf(step: RepositoryStep): Buffer | undefined {
  const key = step.files.find(({ path }) => path === step.keyFile);
  return key === undefined ? undefined : Buffer.from(key.content, 'utf8');
}

async function trustedNow(step: RepositoryStep, host: ProvisionHost): Promise<readonly string[]> {
  const key = keyOf(step);
  if (key === undefined) return [];
  return (await managerFor(step, host)).repositories.trusted(host, key);
}

async function capture(step: RepositoryStep, host: ProvisionHost): Promise<Captured> {
  const files: Captured['files'] = [];
  for (const each of writesOf(step)) files.push(await writeFileKind.capture(each, host));
  return { files, trusted: [...(await trustedNow(step, host))] };
}

async function apply(
  step: RepositoryStep,
  host: ProvisionHost,
  signal?: AbortSignal,
): Promise<void> {
  const manager = await managerFor(step, host);
  // The key first: without it, a repository that is there already would be refused.
  const keyFirst = writesOf(step).toSorted((a) => (a.path === step.keyFile ? -1 : 0));
  for (const each of keyFirst) await writeFileKind.apply(each, host);
  const keyFile = step.files.find(({ path }) => path === step.keyFile);
  if (keyFile !== undefined) await manager.repositories.trust(host, keyFile);
  await manager.refresh(host, signal === undefined ? {} : { signal });
}

async function undo(step: RepositoryStep, context: UndoContext<Captured>): Promise<UndoOutcome> {
  const { host, captured: before } = context;
  const notes: string[] = [];
  for (const [index, each] of writesOf(step).entries()) {
    const state = before.files[index];
    if (state === undefined) continue;
    const outcome = await writeFileKind.undo(each, { ...context, captured: state });
    if (outcome.kind === 'undone' && outcome.note !== undefined) notes.push(outcome.note);
  }
  const manager = await managerFor(step, host);
  const fresh = (await trustedNow(step, host)).filter((each) => !before.trusted.includes(each));
  if (fresh.length > 0) await manager.repositories.distrust(host, fresh);
  const problem = await refreshAgain(manager, host);
  if (problem !== undefined) notes.push(problem);
  return notes.length === 0 ? { kind: 'undone' } : { kind: 'undone', note: notes.join('; ') };
}

/** The files are back, which is what counts: a network that is down only delays the index. */
async function refreshAgain(
  manager: PackageManager,
  host: ProvisionHost,
): Promise<string | undefined> {
  try {
    await manager.refresh(host, { signal: AbortSignal.timeout(undoRefreshLimitMs) });
    return undefined;
  } catch (error) {
    return m.refreshAfterUndo({ why: messageOf(error) });
  }
}

/** Step kind `repository`. */
export const repositoryKind: StepKind<RepositoryStep, Captured> = {
  kind: 'repository',
  schema: repositoryStep,
  undoSchema: captured,
  describe: ({ title, files }) =>
    m.describeRepository({ title, files: files.map(({ path }) => path).join(', ') }),
  isDone: async (step, host) => {
    for (const each of writesOf(step)) {
      if (!(await writeFileKind.isDone(each, host))) return false;
    }
    return step.keyFile === undefined || (await isTrusted(step, host));
  },
  observe: async (step, host) => {
    const states: string[] = [];
    for (const each of writesOf(step)) states.push(await writeFileKind.observe(each, host));
    return states.join('; ');
  },
  diff: async (step, host) => {
    const diffs: string[] = [];
    for (const each of writesOf(step)) {
      if (!(await writeFileKind.isDone(each, host)))
        diffs.push(await writeFileKind.diff(each, host));
    }
    return diffs.join('');
  },
  capture,
  apply,
  undo,
};

/** Whether every key of the file is in the package manager's database, or it has none that it would have to be in. */
async function isTrusted(step: RepositoryStep, host: ProvisionHost): Promise<boolean> {
  const manager = await managerFor(step, host);
  if (manager.format === 'deb' || manager.format === 'apk') return true;
  return (await trustedNow(step, host)).length > 0;
}
