import { unusableValue } from '../config/config-file.ts';
import type { TlsFiles } from '../config/daemon-config.ts';
import { messageOf } from '../errors/berth-error.ts';
import { readFile, stat } from '../host/files.ts';
import { checkServerIdentity, type ServerIdentity } from '../host/tls-server.ts';

/** Permission bits that a key's file must not have: others may not touch it, and its group only read it. */
const forbiddenBits = 0o037;

/**
 * Reads certificates and key of the API over TCP.
 * @throws DAEMON_CONFIG_INVALID naming the key of daemon.json and its file
 */
export async function readTlsIdentity(files: TlsFiles): Promise<ServerIdentity> {
  const [authority, certificate, key] = await Promise.all([
    read('tlscacert', files.authority),
    read('tlscert', files.certificate),
    read('tlskey', files.key),
  ]);
  const { mode } = await stat(files.key);
  if ((mode & forbiddenBits) !== 0) {
    const bits = (mode & 0o777).toString(8).padStart(4, '0');
    throw unusableValue(['tlskey'], `"${files.key}" has mode ${bits}, wanted 0600 or 0640`);
  }
  const identity = { authority, certificate, key };
  try {
    checkServerIdentity(identity);
  } catch (error) {
    const wanted = `wanted a certificate and its key, both PEM: ${messageOf(error)}`;
    throw unusableValue(
      ['tlscert'],
      `"${files.certificate}" with "${files.key}": ${wanted}`,
      error,
    );
  }
  return identity;
}

async function read(key: string, path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw unusableValue([key], `"${path}" cannot be read: ${messageOf(error)}`, error);
  }
  if (text.includes('-----BEGIN ')) return text;
  throw unusableValue([key], `"${path}" holds no PEM`);
}
