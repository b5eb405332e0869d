import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { labFolder } from '../lab-folder.ts';
import { runChecked } from '../run-command.ts';

/** A key pair of OpenSSH. */
export interface KeyPair {
  /** File of the private key. */
  readonly file: string;
  /** The public key's line. */
  readonly publicKey: string;
}

/** The key of whoever runs the lab, and the one by which a machine proves that it is of the lab. Made once. */
export async function labKeys(): Promise<{ readonly client: KeyPair; readonly host: KeyPair }> {
  return { client: await keyPair('client'), host: await keyPair('host') };
}

async function keyPair(name: string): Promise<KeyPair> {
  const file = join(labFolder('keys'), name);
  if (!existsSync(file)) {
    await runChecked([
      'ssh-keygen',
      '-q',
      '-t',
      'ed25519',
      '-N',
      '',
      '-C',
      'berth-lab',
      '-f',
      file,
    ]);
  }
  return { file, publicKey: readFileSync(`${file}.pub`, 'utf8').trim() };
}
