import { describe, expect, it } from 'vitest';
import { arch64Bit } from '../../../checks/arch.64bit.ts';
import { distro } from '../../../checks/distro.ts';
import { kernelVersion } from '../../../checks/kernel.version.ts';
import { limits } from '../../../checks/limits.ts';
import { root } from '../../../checks/root.ts';
import { fakeContext } from './fake-context.ts';

const statusWith = (mask: string): { readonly '/proc/self/status': string } => ({
  '/proc/self/status': `Name:\tnode\nCapEff:\t${mask}\nCapBnd:\t000001ffffffffff\n`,
});
const allRights = '000001ffffffffff';

describe('root', () => {
  it('passes for user 0 with all capabilities', async () => {
    const outcome = await root.probe(fakeContext({ files: statusWith(allRights) }));
    expect(outcome.status).toBe('pass');
  });

  it('fails for anyone else and says sudo', async () => {
    const outcome = await root.probe(fakeContext({ machine: { uid: 1000 } }));
    expect(outcome).toMatchObject({ status: 'fail', seen: 'user id "1000"' });
    expect(outcome).toHaveProperty('remedy', expect.stringContaining('sudo'));
  });

  it("names what Docker's default set leaves a root user without", async () => {
    const outcome = await root.probe(fakeContext({ files: statusWith('00000000a80425fb') }));
    expect(outcome).toMatchObject({
      status: 'fail',
      details: { missing: ['CAP_NET_ADMIN', 'CAP_SYS_ADMIN'] },
    });
  });

  it('warns when /proc does not tell', async () => {
    expect((await root.probe(fakeContext())).status).toBe('warn');
  });
});

describe('arch.64bit', () => {
  it.each([
    ['x86_64', 64, 'pass'],
    ['aarch64', 64, 'pass'],
    ['x86_64', 32, 'fail'],
    ['i686', 32, 'fail'],
    ['armv7l', 32, 'fail'],
    ['riscv64', 64, 'fail'],
  ] as const)('%s with %i bits: %s', async (hardware, wordBits, status) => {
    const outcome = await arch64Bit.probe(fakeContext({ machine: { hardware, wordBits } }));
    expect(outcome.status).toBe(status);
    expect(outcome.seen).toContain(hardware);
  });
});

describe('kernel.version', () => {
  it.each([
    ['3.2.0-4-amd64', 'fail'],
    ['2.6.32-754.el6.x86_64', 'fail'],
    ['3.9.11', 'fail'],
    ['3.10.0-1160.el7.x86_64', 'pass'],
    ['4.9', 'pass'],
    ['6.18.44-fc-v669', 'pass'],
    ['6.12.0-rc3+', 'pass'],
    ['unknown', 'fail'],
  ])('%s: %s', async (release, status) => {
    const outcome = await kernelVersion.probe(fakeContext({ machine: { release } }));
    expect(outcome.status).toBe(status);
    expect(outcome.seen).toContain(release);
  });
});

describe('distro', () => {
  it.each([
    [
      'a head of a family',
      'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"',
      'debian',
    ],
    ['a derivative', 'ID=linuxmint\nID_LIKE="ubuntu debian"', 'debian'],
    ['quotes', 'ID="rocky"\nID_LIKE="rhel centos fedora"', 'fedora'],
    ['single quotes', "ID='opensuse-leap'", 'suse'],
    ['no ID_LIKE', 'ID=openEuler', 'fedora'],
  ])('knows %s', async (_what, text, family) => {
    const outcome = await distro.probe(fakeContext({ files: { '/etc/os-release': text } }));
    expect(outcome).toMatchObject({ status: 'pass', details: { family } });
  });

  it('reads the second place', async () => {
    const files = { '/usr/lib/os-release': 'ID=alpine\n' };
    expect((await distro.probe(fakeContext({ files }))).status).toBe('pass');
  });

  it.each([
    ['an unknown one', { '/etc/os-release': 'ID=plan9\nNAME="Plan 9"' }],
    ['no file', {}],
    ['a name that every object has', { '/etc/os-release': 'ID=constructor' }],
  ])('warns about %s', async (_what, files) => {
    expect((await distro.probe(fakeContext({ files }))).status).toBe('warn');
  });
});

describe('limits', () => {
  const roomy = {
    ...statusWith(allRights),
    '/proc/self/limits':
      'Max open files            1024                 1048576              files\n',
    '/proc/sys/kernel/keys/root_maxkeys': '1000000\n',
    '/proc/sys/kernel/pid_max': '4194304\n',
  };

  it('passes on a roomy host', async () => {
    expect((await limits.probe(fakeContext({ files: roomy }))).status).toBe('pass');
  });

  it('raises a tight setting', async () => {
    const files = { ...roomy, '/proc/sys/kernel/keys/root_maxkeys': '200\n' };
    expect(await limits.probe(fakeContext({ files }))).toMatchObject({
      status: 'warn',
      fix: [{ kind: 'sysctl', key: 'kernel.keys.root_maxkeys', value: '1000000' }],
    });
  });

  it('warns without CAP_SYS_RESOURCE and offers no fix', async () => {
    const files = { ...roomy, ...statusWith('000001fffeffffff') };
    const outcome = await limits.probe(fakeContext({ files }));
    expect(outcome).toMatchObject({ status: 'warn', seen: 'no CAP_SYS_RESOURCE' });
    expect(outcome).not.toHaveProperty('fix');
  });

  it('leaves missing rights of an ordinary user to the root check', async () => {
    const files = { ...roomy, ...statusWith('0000000000000000') };
    const outcome = await limits.probe(fakeContext({ files, machine: { uid: 1000 } }));
    expect(outcome.status).toBe('pass');
  });

  it('warns about few open files, not about an unlimited number', async () => {
    const limit = (hard: string): string => `Max open files            1024    ${hard}   files\n`;
    const few = { ...roomy, '/proc/self/limits': limit('4096') };
    const any = { ...roomy, '/proc/self/limits': limit('unlimited') };
    expect((await limits.probe(fakeContext({ files: few }))).seen).toContain('4096');
    expect((await limits.probe(fakeContext({ files: any }))).status).toBe('pass');
  });
});
