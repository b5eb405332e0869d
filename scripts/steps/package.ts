import { z } from 'zod';
import { packageMessages as m } from '../../messages/areas/packages.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { packageManagerOf } from '../packages/index.ts';
import { describeWait } from '../packages/lock/describe-wait.ts';
import type { PackageManager, PackageSpec, PackageWork } from '../packages/package-manager.ts';
import type { StepKind, StepTell, UndoContext, UndoOutcome } from './step-kind.ts';

/** Installs packages of the host's repositories. */
export const packageStep = z.strictObject({
  kind: z.literal('package'),
  names: z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9+._-]*$/)).min(1),
  /** Exact versions by name, as the package manager writes them; a package without one may have any. */
  versions: z.record(z.string(), z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+:~^_-]*$/)).optional(),
  /** Nothing in the plan but other packages needs these: the steps behind go on meanwhile. */
  beside: z.literal(true).optional(),
  /** Keep the packages at their version, whatever is upgraded. */
  hold: z.literal(true).optional(),
});

type PackageStep = z.infer<typeof packageStep>;

const captured = z.strictObject({
  /** Packages that were not there before and that the installation adds, dependencies included. */
  added: z.array(z.string()),
  /** Packages that get another version, with the one they had. */
  changed: z.array(z.strictObject({ name: z.string(), from: z.string() })).default([]),
  /** Packages that were not held before. */
  held: z.array(z.string()).default([]),
  /** Those of `added` whose configuration was there all the same, left by an earlier removal: it stays. */
  configured: z.array(z.string()).optional(),
});
type Captured = z.infer<typeof captured>;

function specsOf({ names, versions }: PackageStep): readonly PackageSpec[] {
  return names.map((name) => {
    const version = versions?.[name];
    return version === undefined ? { name } : { name, version };
  });
}

const nameOf = ({ name, version }: PackageSpec): string =>
  version === undefined ? name : `${name}=${version}`;

async function missing(step: PackageStep, host: ProvisionHost): Promise<readonly PackageSpec[]> {
  return (await packageManagerOf(host, step.names)).missing(host, specsOf(step));
}

/** Those of the step's packages that are to be held and are not. */
async function unheld(
  step: PackageStep,
  at: { readonly host: ProvisionHost; readonly manager: PackageManager },
): Promise<readonly string[]> {
  if (step.hold === undefined) return [];
  const held = await at.manager.held(at.host, step.names);
  return step.names.filter((name) => !held.includes(name));
}

/** Everything that may wait for the package manager says so, and ends with the run. */
function workOf(signal?: AbortSignal, tell?: StepTell): PackageWork {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(tell === undefined
      ? {}
      : {
          onWait: (wait) => {
            tell(describeWait(wait));
          },
        }),
  };
}

async function undo(step: PackageStep, context: UndoContext<Captured>): Promise<UndoOutcome> {
  const { captured: before, host, options } = context;
  const manager = await packageManagerOf(host, step.names);
  const work = workOf(undefined, context.tell);
  const present = await manager.traces(host, before.added);
  const moved = await movedPackages(before, { host, manager });
  if (options.packages === 'keep' && present.length + moved.length > 0) {
    const packages = [...present, ...moved.map(({ name }) => name)].join(', ');
    return { kind: 'forgotten', note: m.stepKept({ packages }) };
  }
  if (before.held.length > 0) await manager.unhold(host, before.held, work);
  const gone = await restoreVersions(moved, { host, manager, work });
  const removal = { ...work, keepConfiguration: before.configured ?? [] };
  const outcome = present.length > 0 ? await manager.remove(host, present, removal) : undefined;
  if (outcome?.kind === 'needed') {
    const note = m.stepNeeded({ packages: present.join(', '), by: outcome.by.join(', ') });
    return { kind: 'forgotten', note };
  }
  if (gone.length === 0) return { kind: 'undone' };
  return { kind: 'forgotten', note: m.stepVersionGone({ packages: gone.join(', ') }) };
}

type Moved = Captured['changed'];

/** Packages whose version is not the one they had, and that are still there. */
async function movedPackages(
  before: Captured,
  at: { readonly host: ProvisionHost; readonly manager: PackageManager },
): Promise<Moved> {
  const moved: Moved = [];
  for (const { name, from } of before.changed) {
    const now = await at.manager.installedVersion(at.host, name);
    if (now !== undefined && now !== from) moved.push({ name, from });
  }
  return moved;
}

/** Brings back earlier versions, and returns the packages for which no repository has it any more. */
async function restoreVersions(
  moved: Moved,
  at: {
    readonly host: ProvisionHost;
    readonly manager: PackageManager;
    readonly work: PackageWork;
  },
): Promise<readonly string[]> {
  const specs: PackageSpec[] = [];
  const gone: string[] = [];
  for (const { name, from } of moved) {
    const known = (await at.manager.versions(at.host, name)).includes(from);
    if (known) specs.push({ name, version: from });
    else gone.push(`${name} ${from}`);
  }
  if (specs.length > 0) await at.manager.install(at.host, specs, at.work);
  return gone;
}

async function capture(
  step: PackageStep,
  host: ProvisionHost,
  ...[signal, tell]: readonly [AbortSignal?, StepTell?]
): Promise<Captured> {
  const manager = await packageManagerOf(host, step.names);
  const held = await unheld(step, { host, manager });
  const preview = await manager.additions(host, specsOf(step), workOf(signal, tell));
  const configured = (await manager.configurationOnly?.(host, preview.added)) ?? [];
  return {
    added: [...preview.added],
    changed: [...preview.changed],
    held: [...held],
    ...(configured.length === 0 ? {} : { configured: [...configured] }),
  };
}

/** Step kind `package`. */
export const packageKind: StepKind<PackageStep, Captured> = {
  kind: 'package',
  schema: packageStep,
  undoSchema: captured,
  describe: (step) => {
    const packages = specsOf(step).map(nameOf).join(', ');
    return step.hold === undefined
      ? m.stepInstall({ packages })
      : m.stepInstallAndHold({ packages });
  },
  isDone: async (step, host) => {
    const manager = await packageManagerOf(host, step.names);
    if ((await manager.missing(host, specsOf(step))).length > 0) return false;
    return (await unheld(step, { host, manager })).length === 0;
  },
  observe: async (step, host) => `missing: ${(await missing(step, host)).map(nameOf).join(' ')}`,
  diff: async (step, host) =>
    m.stepDiff({ packages: (await missing(step, host)).map(nameOf).join(', ') }),
  capture,
  apply: async (step, host, signal, tell) => {
    const manager = await packageManagerOf(host, step.names);
    const work = workOf(signal, tell);
    const absent = await manager.missing(host, specsOf(step));
    if (absent.length > 0) await manager.install(host, absent, work);
    const free = await unheld(step, { host, manager });
    if (free.length > 0) await manager.hold(host, free, work);
  },
  undo,
};
