import { join, resolve } from 'node:path';
import { z } from 'zod';
import { bundleMessages } from '../../messages/areas/bundle.ts';
import { upgradeMessages as m } from '../../messages/areas/upgrade.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { exists, listFolder, rm } from '../../runtime/host/files.ts';
import { makeFolders } from '../../runtime/host/make-folders.ts';
import { readManifest } from '../bundle/from-bundle.ts';
import { currentVersion, isInstalled } from '../bundle/install-bundle.ts';
import type { BundleManifest } from '../bundle/manifest.ts';
import { unpackBundle } from '../bundle/unpack-bundle.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { Journal } from '../journal/journal.ts';
import { bundleHome, bundlesFolder, lookFolder } from '../program/bundle-home.ts';
import { installedProgram, type BerthProgram } from '../program/self.ts';
import type { UpgradeOptions } from './options.ts';

/** The version to change to. */
export interface UpgradeTarget {
  readonly version: string;
  /** Absolute path of its bundle; the folder itself when it is installed. */
  readonly source: string;
  /** Its command line, as it can be called before the version is changed. */
  readonly program: Pick<BerthProgram, 'version' | 'argv'>;
  /** Removes what was made for looking at it. */
  dispose(): Promise<void>;
}

/** Finds the version that is asked for. Throws UPGRADE_TARGET_MISSING, BUNDLE_CORRUPT. */
export async function findTarget(
  options: UpgradeOptions,
  at: {
    readonly host: ProvisionHost;
    readonly journal: Journal;
    readonly workingDirectory: string;
  },
): Promise<UpgradeTarget> {
  const { host, journal, workingDirectory } = at;
  if (options.bundle !== undefined) {
    return bundleTarget(host, resolve(workingDirectory, options.bundle));
  }
  if (options.to !== undefined) return installedTarget(host, options.to);
  const previous = await previousVersion(host, journal);
  if (previous !== undefined) return installedTarget(host, previous);
  throw new BerthError('UPGRADE_TARGET_MISSING', {
    message: m.noPrevious(),
    remedy: m.notInstalledRemedy(),
  });
}

/** Removes what an upgrade that was killed while it looked at a bundle has left. The caller holds the lock of provisioning. */
export async function removeLook(host: ProvisionHost): Promise<void> {
  await rm(host.path(lookFolder), { recursive: true, force: true });
}

async function bundleTarget(host: ProvisionHost, source: string): Promise<UpgradeTarget> {
  if (!(await exists(source))) {
    throw new BerthError('UPGRADE_TARGET_MISSING', {
      message: m.noBundle({ path: source }),
      remedy: m.noBundleRemedy(),
      details: { path: source },
    });
  }
  const folder = host.path(lookFolder);
  const hadFolder = await exists(host.path(bundlesFolder));
  const dispose = async (): Promise<void> => {
    await removeLook(host);
    if (!hadFolder && (await listFolder(host.path(bundlesFolder))).length === 0) {
      await rm(host.path(bundlesFolder), { recursive: true, force: true });
    }
  };
  await removeLook(host);
  await makeFolders(host.path(bundlesFolder));
  try {
    await unpackBundle(source, folder);
    const { version } = await manifestOf(folder, source);
    const berth = join(folder, 'bin', 'berth');
    return {
      version,
      source,
      program: { version, argv: (_entry, args) => [berth, ...args] },
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** The manifest of what was unpacked from `source`; where that was done tells nobody anything. */
async function manifestOf(folder: string, source: string): Promise<BundleManifest> {
  try {
    return await readManifest(folder);
  } catch (cause) {
    throw new BerthError('BUNDLE_CORRUPT', {
      message: bundleMessages.noBundleInside({ source }),
      remedy: bundleMessages.archiveRemedy(),
      details: { source },
      cause,
    });
  }
}

async function installedTarget(host: ProvisionHost, version: string): Promise<UpgradeTarget> {
  if (!isVersionName(version) || !(await isInstalled(host, version))) {
    const installed = (await installedVersions(host)).join(', ');
    throw new BerthError('UPGRADE_TARGET_MISSING', {
      message: m.notInstalled({ version, installed }),
      remedy: m.notInstalledRemedy(),
      details: { version, installed },
    });
  }
  return {
    version,
    source: bundleHome(version),
    program: installedProgram(version),
    dispose: () => Promise.resolve(),
  };
}

const isVersionName = (name: string): boolean => /^[0-9A-Za-z][0-9A-Za-z.+-]*$/.test(name);

/** Versions in /opt/berth. */
export async function installedVersions(host: ProvisionHost): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of (await listFolder(host.path(bundlesFolder))).toSorted()) {
    if (isVersionName(name) && name !== 'current' && (await isInstalled(host, name)))
      found.push(name);
  }
  return found;
}

const capturedCurrent = z.object({ current: z.string().nullable() });

/**
 * The version that was in use before the one that is now, as the journal has it: `undefined` when there was none, or its
 * folder is gone.
 */
export async function previousVersion(
  host: ProvisionHost,
  journal: Journal,
): Promise<string | undefined> {
  const current = await currentVersion(host);
  for (const { plan, undo } of journal.runs.toReversed()) {
    for (const [index, step] of plan.steps.entries()) {
      if (step.kind !== 'install-bundle' || step.version !== current) continue;
      const before = capturedCurrent.safeParse(undo.get(index)).data?.current ?? undefined;
      if (before !== undefined && before !== current && (await isInstalled(host, before))) {
        return before;
      }
    }
  }
  return undefined;
}
