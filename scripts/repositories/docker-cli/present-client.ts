import type { ProvisionHost } from '../../host/provision-host.ts';
import type { PackageManager } from '../../packages/package-manager.ts';
import { dockerCliPackage } from '../find-docker-repository.ts';
import { enginePackages, otherClientPackages } from './client-packages.ts';

/** The `docker` program that a host has already. */
export type PresentClient =
  | { readonly kind: 'none' }
  | { readonly kind: 'docker-ce'; readonly version: string }
  /** Of another package, which may hold an engine as well. */
  | { readonly kind: 'package'; readonly name: string; readonly version: string }
  /** podman-docker: its `docker` is podman, and talks to no engine's API. */
  | { readonly kind: 'podman' }
  /** Of no package: a snap, or copied there by hand. */
  | { readonly kind: 'program'; readonly version: string };

/** Looks for a Docker client. Changes nothing. */
export async function presentClient(
  host: ProvisionHost,
  manager: PackageManager,
): Promise<PresentClient> {
  const version = await manager.installedVersion(host, dockerCliPackage);
  if (version !== undefined) return { kind: 'docker-ce', version };
  if ((await manager.installedVersion(host, 'podman-docker')) !== undefined) {
    return { kind: 'podman' };
  }
  const said = await host.run('docker', ['--version']);
  if (said.exitCode !== 0) return { kind: 'none' };
  for (const name of [...otherClientPackages, ...enginePackages]) {
    const installed = await manager.installedVersion(host, name);
    if (installed !== undefined) return { kind: 'package', name, version: installed };
  }
  return { kind: 'program', version: /\d+\.\d+\.\d+\S*?(?=,|\s|$)/.exec(said.stdout)?.[0] ?? '' };
}
