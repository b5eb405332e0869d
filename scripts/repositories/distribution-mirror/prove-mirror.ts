import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { distributionMirrorMessages as m } from '../../../messages/areas/distribution-mirror.ts';
import { messageOf } from '../../../messages/error-words.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { exists, listFolder, readFile } from '../../../runtime/host/files.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { openPgpBytes } from '../../packages/openpgp/armour.ts';
import type { WebFiles } from '../indexes/web-files.ts';
import { readClearsigned } from '../openpgp/clearsigned.ts';
import type { SwitchProbe } from './mirror-switch.ts';

/**
 * Looks at everything that the host would read from the mirror: it has to be there, and signed where the distribution
 * signs it.
 *
 * @throws BerthError DISTRIBUTION_MIRROR_UNFIT with the first thing that is wrong.
 */
export async function proveMirror(
  probes: readonly SwitchProbe[],
  { host, files }: { readonly host: ProvisionHost; readonly files: WebFiles },
): Promise<void> {
  for (const probe of probes) {
    const why = await problemOf(probe, { host, files }).catch((error: unknown) => messageOf(error));
    if (why === undefined) continue;
    const url = probe.url.href;
    throw new BerthError('DISTRIBUTION_MIRROR_UNFIT', {
      message: m.mirrorUnfit({ url, why }),
      remedy: m.mirrorUnfitRemedy(),
      details: { url },
    });
  }
}

async function problemOf(
  { url, proof }: SwitchProbe,
  { host, files }: { readonly host: ProvisionHost; readonly files: WebFiles },
): Promise<string | undefined> {
  const file = await files.read(url);
  if (file.kind === 'absent') return m.whyAbsent();
  switch (proof) {
    case 'file':
      return file.bytes.length === 0 ? m.whyEmpty() : undefined;
    case 'repomd':
      return /<data type="primary">/.test(file.bytes.toString('utf8')) ? undefined : m.whyNoIndex();
    case 'signed-release':
      return releaseProblem(file.bytes, host);
    case 'apk-index':
      return apkProblem(file.bytes, host);
  }
}

async function releaseProblem(bytes: Buffer, host: ProvisionHost): Promise<string | undefined> {
  const release = readClearsigned(bytes, await aptKeys(host));
  switch (release.kind) {
    case 'good':
      return undefined;
    case 'unsigned':
      return m.whyUnsigned();
    case 'not-by-these-keys':
      return m.whyForeign();
  }
}

/** Keys of the distribution itself and those that apt trusts for every repository (apt-key(8), "Deprecation"). */
async function aptKeys(host: ProvisionHost): Promise<Buffer> {
  const folders = [
    { path: '/usr/share/keyrings', pattern: /archive[\w.-]*\.(gpg|pgp|asc)$/ },
    { path: '/etc/apt/trusted.gpg.d', pattern: /\.(gpg|asc)$/ },
  ];
  const keys: Uint8Array[] = [];
  for (const { path, pattern } of folders) {
    const names = await listFolder(host.path(path));
    for (const name of names.filter((each) => pattern.test(each) && !/removed/.test(each))) {
      keys.push(openPgpBytes(await readFile(host.path(join(path, name)))));
    }
  }
  return Buffer.concat(keys);
}

/** An index of apk begins with a member whose name is that of the key (apk-tools, "abuild-sign"). */
async function apkProblem(bytes: Buffer, host: ProvisionHost): Promise<string | undefined> {
  const head = gunzipSync(bytes).subarray(0, 100).toString('latin1');
  const key = /^\.SIGN\.RSA\w*\.([\w.@+-]+\.pub)/.exec(head)?.[1];
  if (key === undefined) return m.whyUnsigned();
  return (await exists(host.path(join('/etc/apk/keys', key)))) ? undefined : m.whyForeign();
}
