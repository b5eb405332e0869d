import { runChecked } from '../../host/commands.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';

/** A public key in rpm's database, which keeps them as packages by the name of gpg-pubkey. */
interface RpmKey {
  /** The last 8 digits of the key's id (rpm 4), or the whole fingerprint (rpm 6); lower case. */
  readonly version: string;
  readonly release: string;
}

async function rpmKeys(host: ProvisionHost): Promise<readonly RpmKey[]> {
  // Exit status 1: there is none.
  const { stdout } = await host.run('rpm', [
    '-q',
    'gpg-pubkey',
    '--qf',
    '%{VERSION} %{RELEASE}\\n',
  ]);
  return stdout.split('\n').flatMap((line) => {
    const match = /^([0-9a-f]{8,}) ([0-9a-f]+)$/.exec(line);
    return match === null ? [] : [{ version: match[1] ?? '', release: match[2] ?? '' }];
  });
}

const isOf = (key: RpmKey, fingerprint: string): boolean =>
  fingerprint.toLowerCase().endsWith(key.version);

/** Those of `fingerprints` whose keys rpm has. */
export async function trustedRpmKeys(
  host: ProvisionHost,
  fingerprints: readonly string[],
): Promise<readonly string[]> {
  const keys = await rpmKeys(host);
  return fingerprints.filter((fingerprint) => keys.some((key) => isOf(key, fingerprint)));
}

/** Imports the keys of a file: rpmkeys(8). dnf would ask, and zypper refuse, when the first package comes. */
export async function trustRpmKey(host: ProvisionHost, path: string): Promise<void> {
  await runChecked(host.run, ['rpm', '--import', path]);
}

/** Takes keys out of rpm's database. */
export async function distrustRpmKeys(
  host: ProvisionHost,
  fingerprints: readonly string[],
): Promise<void> {
  for (const key of await rpmKeys(host)) {
    if (!fingerprints.some((fingerprint) => isOf(key, fingerprint))) continue;
    await runChecked(host.run, ['rpm', '-e', `gpg-pubkey-${key.version}-${key.release}`]);
  }
}
