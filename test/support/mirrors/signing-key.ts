import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../remove-tree.ts';

/** A key of gpg(1) in a home of its own: RSA, with a subkey for signing, as Docker's has. */
export class SigningKey {
  readonly home = mkdtempSync(join(tmpdir(), 'berth-gpg-'));
  readonly fingerprint: string;
  readonly #mail: string;

  constructor(mail = 'release@example.com') {
    this.#mail = mail;
    const id = `Example Release <${mail}>`;
    this.#gpg(['--quick-generate-key', id, 'rsa2048', 'cert', 'never']);
    const listed = this.#gpg(['--list-keys', '--with-colons', mail]).toString();
    this.fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1] ?? '';
    this.#gpg(['--quick-add-key', this.fingerprint, 'rsa2048', 'sign', 'never']);
  }

  /** The public key, ASCII-armoured. */
  publicKey(): Buffer {
    return this.#gpg(['--armor', '--export', this.#mail]);
  }

  clearsign(text: string): Buffer {
    return this.#gpg(['--clearsign', '--digest-algo', 'SHA512'], text);
  }

  detached(data: string | Buffer): Buffer {
    return this.#gpg(['--armor', '--detach-sign', '--digest-algo', 'SHA256'], data);
  }

  /** Signs an RPM package in place with rpmsign(8). */
  signRpm(path: string): void {
    const defines = [`_gpg_name ${this.#mail}`, `_gpg_path ${this.home}`, '__gpg /usr/bin/gpg'];
    const options = defines.flatMap((each) => ['--define', each]);
    execFileSync('rpmsign', [...options, '--addsign', path], {
      env: { ...process.env, GNUPGHOME: this.home },
      stdio: 'pipe',
    });
  }

  remove(): void {
    execFileSync('gpgconf', ['--homedir', this.home, '--kill', 'all']);
    removeTree(this.home);
  }

  #gpg(args: readonly string[], input: string | Buffer = ''): Buffer {
    const options = ['--batch', '--quiet', '--no-tty', '--pinentry-mode', 'loopback'];
    return execFileSync('gpg', ['--homedir', this.home, ...options, '--passphrase', '', ...args], {
      input,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }
}
