import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';

import { BerthError, messageOf } from '../errors/berth-error.ts';
import { listFolder, readTextIfExists } from '../host/files.ts';
import type { TlsTrust } from '../host/tls-trust.ts';

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads the certificates for a registry from `<folder>/<host>/`, by Docker's rules (docs.docker.com, "Verify repository
 * client with certificates"): `*.crt` are authorities, `*.cert` with the `*.key` of the same name are client
 * certificates; other files do not count.
 *
 * @param folders Of files of the same name, that in the first folder counts.
 * @param hosts Names of the registry: `example.com:5000`, `[::1]:5000`.
 * @returns `undefined` when there are none
 * @throws REGISTRY_CERTIFICATE_INVALID naming the file
 */
export async function readCertificates(
  folders: readonly string[],
  hosts: readonly string[],
): Promise<TlsTrust | undefined> {
  const paths = new Map<string, string>();
  for (const folder of folders.flatMap((one) => hosts.map((host) => join(one, host)))) {
    for (const name of await listFolder(folder)) {
      if (/\.(?:crt|cert|key)$/.test(name) && !paths.has(name)) paths.set(name, join(folder, name));
    }
  }
  if (paths.size === 0) return undefined;
  const authorities: string[] = [];
  const clients: TlsTrust['clients'][number][] = [];
  for (const [name, path] of paths) {
    if (name.endsWith('.crt')) authorities.push(...(await readAuthorities(path)));
    else if (name.endsWith('.cert')) clients.push(await readClient(name, path, paths));
    else if (!paths.has(partnerOf(name))) throw alone(path, name);
  }
  return { authorities, clients };
}

/** `client.key` for `client.cert`, and the other way round. */
function partnerOf(name: string): string {
  return name.endsWith('.key') ? name.replace(/key$/, 'cert') : name.replace(/cert$/, 'key');
}

function alone(path: string, name: string): BerthError {
  const partner = partnerOf(name);
  return name.endsWith('.key')
    ? unusable(path, `missing client certificate ${partner} for key ${name}`)
    : unusable(
        path,
        `missing key ${partner} for client certificate ${name}. CA certificates must use the extension .crt`,
      );
}

async function readAuthorities(path: string): Promise<readonly string[]> {
  const text = (await readTextIfExists(path)) ?? '';
  const blocks = text.match(certificateBlock) ?? [];
  if (blocks.length === 0) throw unusable(path, 'there is no PEM certificate in it');
  for (const block of blocks) parseCertificate(path, block);
  return blocks;
}

async function readClient(
  name: string,
  path: string,
  paths: ReadonlyMap<string, string>,
): Promise<TlsTrust['clients'][number]> {
  const keyPath = paths.get(partnerOf(name));
  if (keyPath === undefined) throw alone(path, name);
  const [certificate = '', key = ''] = [
    await readTextIfExists(path),
    await readTextIfExists(keyPath),
  ];
  const parsed = parseCertificate(path, certificate);
  if (!parsed.checkPrivateKey(parseKey(keyPath, key)))
    throw unusable(keyPath, `it is not the key of "${path}"`);
  return { certificate, key };
}

function parseCertificate(path: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw unusable(path, `it is not a PEM certificate (${messageOf(error)})`, error);
  }
}

function parseKey(path: string, pem: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw unusable(path, `it is not a PEM key without a passphrase (${messageOf(error)})`, error);
  }
}

function unusable(path: string, why: string, cause?: unknown): BerthError {
  return new BerthError('REGISTRY_CERTIFICATE_INVALID', {
    message: `"${path}" cannot be used: ${why}`,
    remedy: 'Put the right file there (PEM), or take it away.',
    details: { path },
    cause,
  });
}
