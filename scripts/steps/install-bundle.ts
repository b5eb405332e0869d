import { dirname, join } from 'node:path';
import { z } from 'zod';
import { exists, rm } from '../../runtime/host/files.ts';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';
import {
  commandTarget,
  currentVersion,
  installBundle,
  isInstalled,
  linkCommand,
  linkTarget,
  makeCurrent,
  removeStaging,
} from '../bundle/install-bundle.ts';
import { removeEmpty } from '../bundle/remove-bundles.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { bundleHome, bundlesFolder, commandLink } from '../program/bundle-home.ts';
import type { StepKind, UndoContext, UndoOutcome } from './step-kind.ts';

/** Puts a version of berth beside those that are there and makes it the current one. */
export const installBundleStep = z.strictObject({
  kind: z.literal('install-bundle'),
  version: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+-]*$/),
  /** Archive of the bundle, or the folder of an unpacked one. */
  source: z.string().startsWith('/'),
});

type InstallBundleStep = z.infer<typeof installBundleStep>;

const captured = z.strictObject({
  /** Whether this version was there. */
  existed: z.boolean(),
  /** Version that was current; `null`: none. */
  current: z.string().nullable(),
  command: z.enum(['absent', 'present']),
  /** Folders that were missing, the outermost first. */
  missingFolders: z.array(z.string()),
});

type Captured = z.infer<typeof captured>;

/** Folders that the installation makes where they are missing. */
const folders = [
  ...[dirname(bundlesFolder), bundlesFolder],
  ...[dirname(dirname(commandLink)), dirname(commandLink)],
];

async function missingOf(host: ProvisionHost, paths: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const path of paths) if (!(await exists(host.path(path)))) missing.push(path);
  return missing;
}

async function capture(step: InstallBundleStep, host: ProvisionHost): Promise<Captured> {
  const command = host.path(commandLink);
  const isThere = (await linkTarget(command)) !== undefined || (await exists(command));
  return {
    existed: await isInstalled(host, step.version),
    current: (await currentVersion(host)) ?? null,
    command: isThere ? 'present' : 'absent',
    missingFolders: await missingOf(host, folders),
  };
}

async function isDone(step: InstallBundleStep, host: ProvisionHost): Promise<boolean> {
  const { existed, current } = await capture(step, host);
  return existed && current === step.version;
}

async function undo(step: InstallBundleStep, context: UndoContext<Captured>): Promise<UndoOutcome> {
  const { captured: before, host, options } = context;
  // "berth down" undoes what berth did to the host; berth itself goes with --purge only, so that "up" can come again.
  if (options.services === 'stop' && options.data === 'keep') {
    return { kind: 'kept', note: m.installedStays({ path: bundlesFolder }) };
  }
  await makeCurrent(host, before.current ?? undefined);
  const command = host.path(commandLink);
  if (before.command === 'absent' && (await linkTarget(command)) === commandTarget) {
    await rm(command, { force: true });
  }
  if (!before.existed) {
    await rm(host.path(bundleHome(step.version)), { recursive: true, force: true });
  }
  await removeStaging(host);
  for (const path of before.missingFolders.toReversed()) await removeEmpty(host.path(path));
  return { kind: 'undone' };
}

/** Step kind `install-bundle`. */
export const installBundleKind: StepKind<InstallBundleStep, Captured> = {
  kind: 'install-bundle',
  schema: installBundleStep,
  undoSchema: captured,
  describe: ({ version }) => m.installStep({ version }),
  isDone,
  observe: async (step, host) => JSON.stringify(await capture(step, host)),
  diff: async (step, host) => {
    const { current } = await capture(step, host);
    return `${join(bundlesFolder, 'current')}: ${current ?? 'absent'} -> ${step.version}`;
  },
  capture,
  apply: async (step, host) => {
    if (!(await isInstalled(host, step.version))) await installBundle(host, step);
    await makeCurrent(host, step.version);
    await linkCommand(host);
  },
  undo,
};
