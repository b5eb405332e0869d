import { join } from 'node:path';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { exists, listFolder, stat } from '../../runtime/host/files.ts';
import { runChecked, runCommand } from '../host/commands.ts';
import { thisHost } from '../host/provision-host.ts';
import { readDistribution } from '../repositories/distribution.ts';
import { namesOf, type Architecture } from './architecture.ts';
import type { BundleFile } from './bundle-file.ts';
import { sha256Of } from './manifest.ts';
import { packageOriginPath, packagesFolder, type PackageOrigin } from './package-origin.ts';
import { openPrivateApt } from './private-apt.ts';

/** What `berth up` may have to install: tools of the kernel's modules, of the network, and of AppArmor. */
const wanted = ['apparmor', 'iproute2', 'iptables', 'kmod', 'nftables'];

/**
 * A repository of Debian packages, with everything that they need themselves: for hosts of this host's distribution and
 * release that reach no other one. Its packages were signed where they come from, which apt has checked.
 *
 * @throws BerthError PACKAGE_MANAGER_UNSUPPORTED on a distribution without apt, COMMAND_FAILED
 */
export async function packageFiles(
  arch: Architecture,
  scratch: string,
): Promise<readonly BundleFile[]> {
  const distribution = await readDistribution(thisHost);
  if (distribution.codename === undefined || !(await exists('/usr/bin/apt-get'))) {
    throw new BerthError('PACKAGE_MANAGER_UNSUPPORTED', {
      message: m.packagesNeedApt({ name: distribution.prettyName }),
      remedy: m.packagesNeedAptRemedy(),
    });
  }
  const architecture = namesOf(arch).debian;
  const apt = await openPrivateApt(join(scratch, 'apt'), { architecture, run: runCommand });
  const only = ['install', '-qq', '--yes', '--download-only', '--no-install-recommends'];
  await apt.run('apt-get', [...only, ...wanted]);
  const debs = (await listFolder(apt.archives)).filter((name) => name.endsWith('.deb'));
  const origin: PackageOrigin = { id: distribution.id, codename: distribution.codename };
  const packages = Buffer.from(await indexOf(apt.archives, debs));
  const files = debs.map((name): BundleFile => {
    return {
      path: `${packagesFolder}/${plain(name)}`,
      kind: 'data',
      content: { path: join(apt.archives, name) },
    };
  });
  return [
    ...files,
    { path: `${packagesFolder}/Packages`, kind: 'data', content: packages },
    { path: packageOriginPath, kind: 'data', content: Buffer.from(`${JSON.stringify(origin)}\n`) },
  ];
}

/** The index of a flat repository (deb-packages, "Repository Format" of the Debian wiki): a paragraph a package. */
async function indexOf(folder: string, debs: readonly string[]): Promise<string> {
  const paragraphs: string[] = [];
  for (const name of debs) {
    const path = join(folder, name);
    const control = await runChecked(runCommand, ['dpkg-deb', '--field', path]);
    const { size } = await stat(path);
    const place = `Filename: ./${plain(name)}\nSize: ${size}\nSHA256: ${await sha256Of({ path })}\n`;
    paragraphs.push(`${control.trimEnd()}\n${place}`);
  }
  return paragraphs.join('\n');
}

/** apt writes the colon of an epoch as `%3a`, which it would take for one again in a name of the index. */
function plain(name: string): string {
  return name.replaceAll('%3a', '_');
}
