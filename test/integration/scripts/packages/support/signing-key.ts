import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../../../../support/remove-tree.ts';

/** A key pair of gpg(1)'s making, in a folder of its own. */
export interface SigningKey {
  readonly home: string;
  /** As gpg says it: 40 upper-case hexadecimal digits. */
  readonly fingerprint: string;
  export(form: 'binary' | 'armoured'): Buffer;
  /** Runs gpg with this key. */
  gpg(...args: readonly string[]): Buffer;
  remove(): void;
}

/** Makes a key that signs; `algorithm` as --quick-generate-key has it. */
export function makeSigningKey(
  algorithm: string,
  userId = 'Berth Test <test@berth.invalid>',
): SigningKey {
  const home = mkdtempSync(join(tmpdir(), 'berth-gpg-'));
  const gpg = (...args: readonly string[]): Buffer =>
    execFileSync(
      'gpg',
      ['--batch', '--homedir', home, '--pinentry-mode', 'loopback', '--passphrase', '', ...args],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
  gpg('--quick-generate-key', userId, algorithm, 'sign', 'never');
  const list = gpg('--with-colons', '--list-keys').toString();
  return {
    home,
    fingerprint: /^fpr:+([0-9A-F]+):/m.exec(list)?.[1] ?? '',
    export: (form) => gpg('--export', ...(form === 'armoured' ? ['--armor'] : [])),
    gpg,
    remove: () => {
      execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
      removeTree(home);
    },
  };
}
