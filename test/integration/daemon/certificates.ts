import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A folder with an authority, and a certificate of it that is good for 127.0.0.1 and for clients. */
export function makeCertificates(folder: string): string {
  mkdirSync(folder);
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', [...args], { cwd: folder, stdio: 'pipe' });
  };
  const subject = ['-subj', '/CN=berth test', '-days', '2'];
  openssl('req', '-x509', ...fresh, ...subject, '-out', 'ca.pem', '-keyout', 'ca-key.pem');
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-addext', 'basicConstraints=CA:FALSE'];
  const by = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem'];
  const to = ['-out', 'cert.pem', '-keyout', 'key.pem'];
  openssl('req', '-x509', ...fresh, '-subj', '/CN=leaf', '-days', '2', ...by, ...names, ...to);
  chmodSync(join(folder, 'key.pem'), 0o600);
  return folder;
}
