import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key of the real gpg, with which repositories and packages are signed: a primary key and a subkey, as Docker's has. */
export interface Signer {
  /** Of the primary key: 40 upper-case digits. */
  readonly fingerprint: string;
  /** Its public part, armoured. */
  readonly publicKey: Buffer;
  /** Folder of gpg, for programs that sign by themselves. */
  readonly home: string;
  /** A text in the cleartext signature framework. */
  clearsign(text: string): string;
  remove(): Promise<void>;
}

const recipe = `
%no-protection
Key-Type: RSA
Key-Length: 2048
Key-Usage: sign
Subkey-Type: RSA
Subkey-Length: 2048
Subkey-Usage: sign
Name-Real: Berth Test
Expire-Date: 0
%commit
`;

/** Makes a key. Remove it afterwards: gpg leaves an agent running. */
export async function makeSigner(): Promise<Signer> {
  const home = await mkdtemp(join(tmpdir(), 'gpg-'));
  const gpg = (args: readonly string[], input?: string): Buffer =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], {
      ...(input === undefined ? {} : { input }),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  await writeFile(join(home, 'recipe'), recipe);
  gpg(['--gen-key', join(home, 'recipe')]);
  const list = gpg(['--with-colons', '--list-keys']).toString();
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(list)?.[1] ?? '';
  return {
    fingerprint,
    home,
    publicKey: gpg(['--armor', '--export', fingerprint]),
    clearsign: (text) => gpg(['--clearsign', '--digest-algo', 'SHA512'], text).toString(),
    remove: async () => {
      execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The bytes of a file as text; a shorthand for comparisons. */
export const textAt = (path: string): string => readFileSync(path, 'utf8');
