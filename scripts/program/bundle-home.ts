import { join } from 'node:path';

/** Where bundles are installed, one folder a version. */
export const bundlesFolder = '/opt/berth';

/** The link that leads to the version in use. */
export const currentLink = join(bundlesFolder, 'current');

/** The command that a bundle's installation adds. */
export const commandLink = '/usr/local/bin/berth';

/** Folder of an installed bundle. */
export function bundleHome(version: string): string {
  return join(bundlesFolder, version);
}
