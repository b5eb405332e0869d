import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Check } from '../../../checks/check.ts';
import { fsOverlay } from '../../../checks/fs.overlay.ts';
import { namespaces } from '../../../checks/namespaces.ts';
import { netBridge } from '../../../checks/net.bridge.ts';
import { seccomp } from '../../../checks/seccomp.ts';
import { sysctlBridgeNf } from '../../../checks/sysctl.bridge-nf.ts';
import { fakeContext, refusal, type FakeHost } from './fake-context.ts';

const config = '/boot/config-6.1.0-28-amd64';

/** A host whose kernel refuses the programs with `name` in their name. */
const refusing = (name: string, failure: ReturnType<typeof refusal>): FakeHost => ({
  program: (program) => {
    if (program.name.includes(name)) throw failure;
    return new Uint8Array();
  },
});

const probe = (check: Check, host: FakeHost): ReturnType<Check['probe']> =>
  check.probe(fakeContext(host));

describe('namespaces', () => {
  it('passes when each can be made', async () => {
    expect((await probe(namespaces, {})).status).toBe('pass');
  });

  it('fails without net, and explains it by the kernel configuration', async () => {
    const outcome = await probe(namespaces, {
      ...refusing('net namespace', refusal('make a net namespace', 'EINVAL')),
      files: { [config]: '# CONFIG_NET_NS is not set\n' },
    });
    expect(outcome).toMatchObject({ status: 'fail', details: { refused: { net: 'EINVAL' } } });
    expect(outcome.seen).toContain(`CONFIG_NET_NS is not set in "${config}"`);
  });

  it('only warns without user namespaces', async () => {
    const host = refusing('user namespace', refusal('make a user namespace', 'EPERM'));
    expect((await probe(namespaces, host)).status).toBe('warn');
  });

  it('raises a number of user namespaces that is 0 (Enterprise Linux 7)', async () => {
    const outcome = await probe(namespaces, {
      ...refusing('user namespace', refusal('make a user namespace', 'ENOSPC')),
      files: { '/proc/sys/user/max_user_namespaces': '0\n' },
    });
    expect(outcome).toMatchObject({
      status: 'warn',
      fix: [{ kind: 'sysctl', key: 'user.max_user_namespaces' }],
    });
  });

  it('throws what is not about a step', async () => {
    const program = (): never => {
      throw new Error('the launcher is gone');
    };
    await expect(probe(namespaces, { program })).rejects.toThrow('the launcher is gone');
  });
});

describe('fs.overlay', () => {
  const files = { '/var/lib/dpkg/status': '' };
  const noDevice = refusing('overlay', refusal('mount overlay', 'ENODEV'));

  it('tries the nearest folder that exists', async () => {
    const outcome = await probe(fsOverlay, { files, dataRoot: '/var/lib/berth/deep/down' });
    expect(outcome).toMatchObject({ status: 'pass', seen: 'works at "/var/lib"' });
  });

  it('loads a module that was built but is not loaded', async () => {
    const outcome = await probe(fsOverlay, {
      ...noDevice,
      files: { ...files, [config]: 'CONFIG_OVERLAY_FS=m\n' },
    });
    expect(outcome).toMatchObject({ status: 'fail', fix: [{ kind: 'module', name: 'overlay' }] });
  });

  it('reads a packed configuration, and offers no module that was never built', async () => {
    const outcome = await probe(fsOverlay, {
      ...noDevice,
      files: { ...files, '/proc/config.gz': gzipSync('# CONFIG_OVERLAY_FS is not set\n') },
    });
    expect(outcome.status).toBe('fail');
    expect(outcome.seen).toContain('CONFIG_OVERLAY_FS is not set in "/proc/config.gz"');
    expect(outcome).not.toHaveProperty('fix');
  });

  it('tries the module when no configuration is readable', async () => {
    const outcome = await probe(fsOverlay, { ...noDevice, files });
    expect(outcome).toHaveProperty('fix', [{ kind: 'module', name: 'overlay' }]);
  });

  it('asks for another file system when this one does not do', async () => {
    const host = refusing('overlay', refusal('set trusted.overlay.opaque', 'EOPNOTSUPP'));
    const outcome = await probe(fsOverlay, { ...host, files });
    expect(outcome).toHaveProperty('remedy', expect.stringContaining('data-root'));
    expect(outcome).not.toHaveProperty('fix');
  });

  it.each([
    ['EROFS', 'Mount it for writing'],
    ['ENOSPC', 'Free some space'],
  ])('says what to do about %s', async (errno, remedy) => {
    const context = fakeContext({ files });
    const make = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('mkdtemp'), { code: errno }));
    const unwritable = { ...context, scratch: { ...context.scratch, make } };
    const outcome = await fsOverlay.probe(unwritable);
    expect(outcome).toMatchObject({ status: 'fail', details: { errno } });
    expect(outcome).toHaveProperty('remedy', expect.stringContaining(remedy));
  });

  it('says what to do when the disk is full meanwhile', async () => {
    const host = refusing('overlay', refusal('make folder "base"', 'ENOSPC'));
    const outcome = await probe(fsOverlay, { ...host, files });
    expect(outcome).toHaveProperty('remedy', expect.stringContaining('Free some space'));
  });

  it('removes its folder when the kernel refuses', async () => {
    const removed: string[] = [];
    const context = fakeContext({ ...noDevice, files });
    const remove = (path: string): Promise<void> => {
      removed.push(path);
      return Promise.resolve();
    };
    await fsOverlay.probe({ ...context, scratch: { ...context.scratch, remove } });
    expect(removed).toEqual(['/var/lib/scratch']);
  });
});

describe('net.bridge', () => {
  it('passes when made and joined', async () => {
    expect((await probe(netBridge, {})).status).toBe('pass');
  });

  it.each([
    ['make a bridge', 'CONFIG_BRIDGE', 'bridge'],
    ['make a veth pair', 'CONFIG_VETH', 'veth'],
  ])('loads the module when it cannot %s', async (step, option, name) => {
    const outcome = await probe(netBridge, {
      ...refusing('bridge', refusal(step, 'EOPNOTSUPP')),
      files: { [config]: `${option}=m\n` },
    });
    expect(outcome).toMatchObject({ status: 'fail', fix: [{ kind: 'module', name }] });
  });

  it('needs the right to do it', async () => {
    const outcome = await probe(netBridge, refusing('bridge', refusal('make a bridge', 'EPERM')));
    expect(outcome).toHaveProperty('remedy', expect.stringContaining('CAP_NET_ADMIN'));
  });
});

describe('seccomp', () => {
  it('passes and tells the actions', async () => {
    const files = { '/proc/sys/kernel/seccomp/actions_avail': 'kill_process errno allow\n' };
    expect(await probe(seccomp, { files })).toMatchObject({
      status: 'pass',
      details: { actions: ['kill_process', 'errno', 'allow'] },
    });
  });

  it('warns without filters', async () => {
    const host = refusing('seccomp', refusal('set a filter', 'EINVAL'));
    expect((await probe(seccomp, host)).status).toBe('warn');
  });
});

describe('sysctl.bridge-nf', () => {
  const set = (iptables: string): Record<string, string> => ({
    '/proc/sys/net/bridge/bridge-nf-call-iptables': `${iptables}\n`,
    '/proc/sys/net/bridge/bridge-nf-call-ip6tables': '1\n',
    '/proc/sys/net/bridge/bridge-nf-call-arptables': '1\n',
  });

  it('passes with all set', async () => {
    expect((await probe(sysctlBridgeNf, { files: set('1') })).status).toBe('pass');
  });

  it('sets what is 0, and only that', async () => {
    const outcome = await probe(sysctlBridgeNf, { files: set('0') });
    expect(outcome).toMatchObject({ status: 'fail' });
    expect(outcome).toHaveProperty('fix', [
      { kind: 'sysctl', key: 'net.bridge.bridge-nf-call-iptables', value: '1' },
    ]);
  });

  it('loads the module first: the settings come with it', async () => {
    const outcome = await probe(sysctlBridgeNf, {
      files: { [config]: 'CONFIG_BRIDGE_NETFILTER=m\n' },
    });
    const fix = 'fix' in outcome ? outcome.fix : undefined;
    expect(fix?.[0]).toEqual({ kind: 'module', name: 'br_netfilter' });
    expect(fix).toHaveLength(4);
  });

  it('has no fix for a kernel without it', async () => {
    const files = { [config]: '# CONFIG_BRIDGE_NETFILTER is not set\n' };
    const outcome = await probe(sysctlBridgeNf, { files });
    expect(outcome.status).toBe('fail');
    expect(outcome).not.toHaveProperty('fix');
  });
});
