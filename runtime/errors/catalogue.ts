import type { ErrorEntry } from './areas/area.ts';
import { containerErrors } from './areas/container.ts';
import { apiErrors } from './areas/api.ts';
import { provisionErrors } from './areas/provision.ts';
import { fleetErrors } from './areas/fleet.ts';
import { packageErrors } from './areas/packages.ts';
import { repositoryErrors } from './areas/repositories.ts';
import { checkErrors } from './areas/checks.ts';
import { cliErrors } from './areas/cli.ts';
import { imageErrors } from './areas/image.ts';
import { layerErrors } from './areas/layer.ts';
import { registryErrors } from './areas/registry.ts';
import { mirrorErrors } from './areas/mirror.ts';
import { mirrorCatalogueErrors } from './areas/mirrors.ts';
import { portErrors } from './areas/ports.ts';
import { bundleErrors } from './areas/bundle.ts';
import { reportErrors } from './areas/report.ts';
import { cgroupErrors } from './areas/cgroup.ts';
import { seccompErrors } from './areas/seccomp.ts';
import { daemonErrors } from './areas/daemon.ts';
import { firewallErrors } from './areas/firewall.ts';
import { launchErrors } from './areas/launch.ts';
import { ociErrors } from './areas/oci.ts';
import { specErrors } from './areas/spec.ts';
import { syscallErrors } from './areas/syscall.ts';
import { upgradeErrors } from './areas/upgrade.ts';
import { networkErrors } from './areas/network.ts';
import { volumeErrors } from './areas/volume.ts';

/** Every error code of berth. A test keeps this, docs/errors.md and the use in the code in step. */
export const catalogue = {
  ...containerErrors,
  ...volumeErrors,
  ...networkErrors,
  ...apiErrors,
  ...provisionErrors,
  ...fleetErrors,
  ...packageErrors,
  ...repositoryErrors,
  ...checkErrors,
  ...cliErrors,
  ...imageErrors,
  ...layerErrors,
  ...registryErrors,
  ...mirrorErrors,
  ...mirrorCatalogueErrors,
  ...bundleErrors,
  ...reportErrors,
  ...cgroupErrors,
  ...seccompErrors,
  ...daemonErrors,
  ...firewallErrors,
  ...launchErrors,
  ...ociErrors,
  ...portErrors,
  ...specErrors,
  ...syscallErrors,
  ...upgradeErrors,
} as const;

/** A stable error code, such as `SYSCALL_FAILED`. */
export type ErrorCode = keyof typeof catalogue;

/** Looks up what the catalogue knows of `code`. */
export function catalogueEntry(code: ErrorCode): ErrorEntry {
  return catalogue[code];
}
