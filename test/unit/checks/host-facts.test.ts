import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hostname } from '../../../checks/hostname.ts';
import { ipc } from '../../../checks/ipc.ts';
import { kconfigSource } from '../../../checks/kconfig.source.ts';
import { machineId } from '../../../checks/machine-id.ts';
import { resources } from '../../../checks/resources.ts';
import { securityLsm } from '../../../checks/security.lsm.ts';
import { fakeContext, refusal } from './fake-context.ts';

describe('resources', () => {
  const meminfo = (kibibytes: number): Record<string, string> => ({
    '/proc/meminfo': `MemTotal:       ${kibibytes} kB\nMemFree: 1 kB\nSwapTotal:      0 kB\n`,
  });

  it('passes with what a machine of 512 MB shows', async () => {
    const outcome = await resources.probe(fakeContext({ files: meminfo(478_000) }));
    expect(outcome).toMatchObject({ status: 'pass', details: { processors: 2, swapBytes: 0 } });
    expect(outcome.seen).toBe('467 MiB of memory, 2 processors, 0 MiB of swap');
  });

  it.each([
    ['256 MB', meminfo(240_000)],
    ['no /proc', {}],
  ])('warns with %s', async (_what, files) => {
    expect((await resources.probe(fakeContext({ files }))).status).toBe('warn');
  });
});

describe('hostname', () => {
  const named = (name: string, commands: Record<string, string | { exitCode: number }> = {}) =>
    fakeContext({ machine: { hostname: name }, commands });
  const resolves = { 'getent ahosts web-1': '192.0.2.7      STREAM web-1\n' };

  it('passes for a name that resolves', async () => {
    expect(await hostname.probe(named('web-1', resolves))).toMatchObject({
      status: 'pass',
      seen: '"web-1" is "192.0.2.7"',
    });
  });

  it('asks /etc/hosts where there is no getent', async () => {
    const files = { '/etc/hosts': '127.0.0.1 localhost\n127.0.1.1 web-1 # mine\n' };
    const outcome = await hostname.probe(fakeContext({ machine: { hostname: 'web-1' }, files }));
    expect(outcome.status).toBe('pass');
  });

  it('warns when it does not resolve, and shows the line to add', async () => {
    const outcome = await hostname.probe(named('web-1', { getent: { exitCode: 2 } }));
    expect(outcome).toMatchObject({ status: 'warn' });
    expect(outcome).toHaveProperty('remedy', expect.stringContaining('127.0.1.1 web-1'));
  });

  it.each(['localhost', '(none)', 'my_host', '-x', 'a..b', 'a'.repeat(64)])(
    'warns about "%s"',
    async (name) => {
      expect((await hostname.probe(named(name, { getent: '192.0.2.7 x' }))).status).toBe('warn');
    },
  );
});

describe('machine-id', () => {
  const id = '3d1219c7c4c5404aaa1f6d2a48adfda4';

  it('passes, and does not give the id away', async () => {
    const outcome = await machineId.probe(fakeContext({ files: { '/etc/machine-id': `${id}\n` } }));
    expect(outcome).toMatchObject({
      status: 'pass',
      details: { fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string },
    });
    expect(JSON.stringify(outcome)).not.toContain(id);
  });

  it.each([
    ['not made yet', { '/etc/machine-id': 'uninitialized\n' }],
    ['empty', { '/etc/machine-id': '' }],
    ['all alike', { '/etc/machine-id': '0'.repeat(32) }],
    ['not that of D-Bus', { '/etc/machine-id': id, '/var/lib/dbus/machine-id': 'f00' }],
    ['missing beside systemd', { '/run/systemd/system/x': '' }],
  ])('warns when it is %s', async (_what, files) => {
    expect((await machineId.probe(fakeContext({ files }))).status).toBe('warn');
  });

  it('is skipped where nobody asks for one', async () => {
    expect((await machineId.probe(fakeContext())).status).toBe('skip');
  });
});

describe('kconfig.source', () => {
  const text = 'CONFIG_NAMESPACES=y\n';

  it.each([
    ['/boot', { '/boot/config-6.1.0-28-amd64': text }],
    ['/proc', { '/proc/config.gz': new Uint8Array(gzipSync(text)) }],
    ['headers', { '/usr/src/linux-headers-6.1.0-28-amd64/.config': text }],
  ])('passes with one in %s', async (_where, files) => {
    expect((await kconfigSource.probe(fakeContext({ files }))).status).toBe('pass');
  });

  it.each([
    ['none', {}],
    ['one of another kernel', { '/boot/config-5.10.0': text }],
    ['what is no gzip', { '/proc/config.gz': new Uint8Array([1, 2, 3]) }],
    ['what is no configuration', { '/boot/config-6.1.0-28-amd64': 'hello' }],
  ])('warns with %s', async (_what, files) => {
    expect((await kconfigSource.probe(fakeContext({ files }))).status).toBe('warn');
  });
});

describe('ipc', () => {
  it('passes where both work', async () => {
    expect((await ipc.probe(fakeContext())).status).toBe('pass');
  });

  it.each([
    ['try message queues', 'mount mqueue', 'ENODEV', 'CONFIG_POSIX_MQUEUE'],
    ['try a key ring', 'make a session key ring', 'ENOSYS', 'CONFIG_KEYS'],
  ])('warns when %s is refused', async (name, step, errno, option) => {
    const context = fakeContext({
      program: (program) => {
        if (program.name === name) throw refusal(step, errno);
        return new Uint8Array();
      },
    });
    expect(await ipc.probe(context)).toMatchObject({
      status: 'warn',
      remedy: expect.stringContaining(option) as string,
      details: { lacking: [option] },
    });
  });
});

describe('security.lsm', () => {
  const selinux = { '/sys/fs/selinux/enforce': '1' };
  const apparmor = { '/sys/module/apparmor/parameters/enabled': 'Y\n' };
  const refuses = (errno: string) => (): never => {
    throw refusal('ask whether the policy knows container_t', errno);
  };

  it.each([
    ['neither', {}],
    ['AppArmor with its parser', { ...apparmor, '/usr/sbin/apparmor_parser': '' }],
    ['AppArmor off', { '/sys/module/apparmor/parameters/enabled': 'N\n' }],
    ['SELinux with rules for containers', selinux],
  ])('passes with %s', async (_what, files) => {
    expect((await securityLsm.probe(fakeContext({ files }))).status).toBe('pass');
  });

  it('installs the rules that SELinux lacks, and leaves it on', async () => {
    const outcome = await securityLsm.probe(
      fakeContext({ files: selinux, program: refuses('EINVAL') }),
    );
    expect(outcome).toMatchObject({
      status: 'warn',
      fix: [{ kind: 'package', names: ['container-selinux'] }],
      details: { selinux: 'enforcing', containerPolicy: 'missing' },
    });
  });

  it.each([
    ['permissive', '0', 'EINVAL'],
    ['not telling an ordinary user', '1', 'EACCES'],
  ])('does not warn when SELinux is %s', async (_what, enforce, errno) => {
    const files = { '/sys/fs/selinux/enforce': enforce };
    const outcome = await securityLsm.probe(fakeContext({ files, program: refuses(errno) }));
    expect(outcome.status).toBe('pass');
  });

  it('installs the parser that AppArmor lacks', async () => {
    expect(await securityLsm.probe(fakeContext({ files: apparmor }))).toMatchObject({
      status: 'warn',
      fix: [{ kind: 'package', names: ['apparmor'] }],
    });
  });
});
