import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeTree } from '../../../../support/remove-tree.ts';

const main = fileURLToPath(new URL('../../../../../scripts/main.ts', import.meta.url));

/** What the program of a bundle is made of, and how large the bundle is. */
export interface TestBundleOptions {
  /** The program: this checkout's berth unless told. POSIX sh. */
  readonly program?: string;
  /** Bytes that cannot be packed, so that copying takes its time. */
  readonly ballastBytes?: number;
}

/**
 * A bundle with the form of those that `berth bundle` makes, and this checkout as its program: the hosts of these
 * tests see the checkout where it is. Made in a moment; the real bundle has a test of its own.
 */
export function makeTestBundle(folder: string, options: TestBundleOptions = {}): string {
  const name = 'berth-0.0.1-linux-x64';
  const work = mkdtempSync(join(tmpdir(), 'berth-test-bundle-'));
  try {
    const top = join(work, name);
    mkdirSync(join(top, 'bin'), { recursive: true });
    // sshd hands on no environment.
    const compiled = `NODE_COMPILE_CACHE='${process.env['NODE_COMPILE_CACHE'] ?? ''}'; export NODE_COMPILE_CACHE`;
    const berth = `${compiled}; exec ${process.execPath} --disable-warning=ExperimentalWarning ${main} "$@"`;
    writeFileSync(join(top, 'bin/berth'), `#!/bin/sh\n${options.program ?? berth}\n`);
    chmodSync(join(top, 'bin/berth'), 0o755);
    writeFileSync(join(top, 'install.sh'), '#!/bin/sh\nexec ./bin/berth up "$@"\n');
    writeFileSync(join(top, 'ballast'), randomBytes(options.ballastBytes ?? 100_000));
    const archive = join(folder, `${name}.tar.gz`);
    execFileSync('tar', ['-C', work, '-czf', archive, name]);
    return archive;
  } finally {
    removeTree(work);
  }
}
