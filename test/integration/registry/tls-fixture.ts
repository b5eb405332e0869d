import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { temporaryFolder } from '../layer/support.ts';

const run = promisify(execFile);

/** A certificate authority that openssl made. */
export interface Authority {
  /** PEM. */
  readonly certificate: string;
  /** Makes a certificate. @param name Becomes its subject; it is good for 127.0.0.1 and clients */
  issue(name: string): Promise<{ readonly certificate: string; readonly key: string }>;
}

/** Makes an authority. Returned paths go away with the test. */
export async function makeAuthority(name: string): Promise<Authority> {
  const folder = await temporaryFolder();
  const [certificate, key] = [join(folder, 'ca.pem'), join(folder, 'ca.key')];
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = (text: string): readonly string[] => ['-subj', `/CN=${text}`, '-days', '2'];
  await run('openssl', [
    ...['req', '-x509', ...fresh, ...subject(name), '-out', certificate, '-keyout', key],
  ]);
  let serial = 0;
  const issue: Authority['issue'] = async (leafName) => {
    serial += 1;
    const [leaf, leafKey] = [join(folder, `${serial}.pem`), join(folder, `${serial}.key`)];
    await run('openssl', [
      ...['req', '-x509', ...fresh, ...subject(leafName), '-CA', certificate, '-CAkey', key],
      ...[
        '-addext',
        'subjectAltName=IP:127.0.0.1,DNS:registry.test',
        '-addext',
        'basicConstraints=critical,CA:FALSE',
      ],
      ...['-out', leaf, '-keyout', leafKey],
    ]);
    return { certificate: leaf, key: leafKey };
  };
  return { certificate, issue };
}

/** Writes files below a folder, and makes the folders above them. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
  }
}
