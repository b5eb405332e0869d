import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePrivateHost, type PrivateHost } from './support/private-host.ts';

/*
 * Linux 3.10 is the oldest kernel that berth wants. Its newest call on x86-64 was finit_module, number 313; everything later
 * is hidden here, getrandom(2) and seccomp(2) among it.
 */
const newestOf310 = '313';
const oldKernel = fileURLToPath(new URL('support/old-kernel.pl', import.meta.url));
const main = fileURLToPath(new URL('../../../scripts/main.ts', import.meta.url));

let host: PrivateHost;
beforeEach(async () => {
  host = await makePrivateHost();
});
afterEach(async () => {
  await host.berth('down', '--purge', '--yes');
  await host.remove();
});

/** OpenSSL's mark that /dev/urandom may be read; without it the first berth has to make it. */
const seeded = (): boolean =>
  /^0x00000072 /m.test(execFileSync('ipcs', ['--shmems'], { encoding: 'utf8' }));

test.runIf(process.arch === 'x64')('calls newer than Linux 3.10 are not needed', async () => {
  if (seeded()) execFileSync('ipcrm', ['--shmem-key', '0x72']);
  const { exitCode, stdout, stderr } = await host.start([
    'perl',
    oldKernel,
    newestOf310,
    process.execPath,
    main,
    'up',
    ...['--yes', '--skip', 'sysctl.forward=not a test of it'],
  ]).ended;
  execFileSync('ipcrm', ['--shmem-key', '0x72']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain('Hello from berth!');
});
