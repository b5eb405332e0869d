import { runChecked } from '../../host/commands.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { compareRpmVersions } from '../order/rpm-order.ts';
import type { PackageSpec } from '../package-manager.ts';

const format = '%{NAME}\\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\n';

/**
 * Installed packages with their `[epoch:]version-release`; the newest, where several are installed side by side (as
 * kernels are).
 */
export async function installedRpms(host: ProvisionHost): Promise<ReadonlyMap<string, string>> {
  const list = await runChecked(host.run, ['rpm', '-qa', '--qf', format]);
  const installed = new Map<string, string>();
  for (const line of list.split('\n')) {
    const [name, evr] = line.split('\t');
    if (name === undefined || evr === undefined) continue;
    const version = plainVersion(evr);
    const known = installed.get(name);
    if (known === undefined || compareRpmVersions(version, known) > 0) installed.set(name, version);
  }
  return installed;
}

/** An epoch of 0 is the same as none, and is not written. */
export const plainVersion = (evr: string): string => evr.replace(/^0:/, '');

/** A name may also be that of something that packages provide, such as `iptables` by `iptables-nft`. */
async function isProvided(host: ProvisionHost, name: string): Promise<boolean> {
  return (await host.run('rpm', ['-q', '--whatprovides', name])).exitCode === 0;
}

/** Those of `specs` that are not installed, or not in the version that is wanted. */
export async function missingRpms(
  host: ProvisionHost,
  specs: readonly PackageSpec[],
): Promise<readonly PackageSpec[]> {
  const installed = await installedRpms(host);
  const missing: PackageSpec[] = [];
  for (const spec of specs) {
    const has = installed.get(spec.name);
    const fits =
      spec.version === undefined
        ? has !== undefined || (await isProvided(host, spec.name))
        : has === plainVersion(spec.version);
    if (!fits) missing.push(spec);
  }
  return missing;
}
