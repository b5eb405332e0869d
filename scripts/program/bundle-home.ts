import { join } from 'node:path';

/** Where bundles are installed, one folder a version. */
export const bundlesFolder = '/opt/berth';

/** The link that leads to the version in use. */
export const currentLink = join(bundlesFolder, 'current');

/**
 * Where `berth upgrade` unpacks a bundle to ask it things. Its name is not of the kind that an installation takes for the
 * rest of another one: the run that is brought to its end meanwhile may be one.
 */
export const lookFolder = join(bundlesFolder, '.look');

/** The command that a bundle's installation adds. */
export const commandLink = '/usr/local/bin/berth';

/** Folder of an installed bundle. */
export function bundleHome(version: string): string {
  return join(bundlesFolder, version);
}
