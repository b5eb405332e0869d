import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { useMachine } from './fixture.ts';

const machine = useMachine();

const ofHost = (name: string): string | undefined => {
  const file = `/proc/sys/${name.replaceAll('.', '/')}`;
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
};

/**
 * A kernel parameter that no namespace has for itself is the host's, whoever writes it: `kernel.core_pattern` is a program
 * that the kernel runs as root of the host. The defence is `refuseHostSysctls` (runtime/launch/namespaces/sysctls.ts).
 */
describe('a kernel parameter of the host', () => {
  it.each([
    ...['kernel.core_pattern', 'kernel.panic', 'kernel.modprobe', 'kernel.hostname'],
    ...['fs.protected_symlinks', 'kernel/core_pattern', 'kernel.shmmaxi'],
  ])('%s is refused by name', async (name) => {
    const value = ofHost(name) ?? '0';
    const run = machine().run(['true'], { linux: { sysctl: { [name]: value } } });
    await expect(run).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining(`'linux.sysctl.${name}'`) as string,
      details: { problems: [{ field: `linux.sysctl.${name}`, seen: value }] },
    });
  });

  it.each([
    ['net.ipv4.ip_default_ttl', 'network', undefined],
    ['net.ipv4.ip_default_ttl', 'network', '/proc/self/ns/net'],
    ['fs.mqueue.msg_max', 'ipc', undefined],
    ['kernel.shmmax', 'ipc', undefined],
    ['kernel.domainname', 'uts', undefined],
    ['user.max_user_namespaces', 'user', undefined],
  ] as const)('is %s without a namespace for it (%s at %s)', async (name, type, path) => {
    const types = (['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup'] as const).filter(
      (one) => one !== type,
    );
    const namespaces = [
      ...types.map((one) => ({ type: one })),
      ...(path === undefined ? [] : [{ type, path }]),
    ];
    const run = machine().run(['true'], {
      linux: { sysctl: { [name]: ofHost(name) ?? '' }, namespaces },
      // The machine's own: were it set there, nothing would change.
      hostname: hostname(),
    });
    await expect(run).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining(`"${type}" namespace`) as string,
    });
  });

  it.each(['net/../kernel/panic', 'net//ipv4/ip_forward', 'net..ipv4', '/net/ipv4/ip_forward', ''])(
    'is not reached by the name "%s"',
    async (name) => {
      const run = machine().run(['true'], { linux: { sysctl: { [name]: '1' } } });
      await expect(run).rejects.toMatchObject({ code: 'SPEC_INVALID' });
    },
  );
});

describe('a kernel parameter of the container', () => {
  it('is set in its own namespaces only', async () => {
    const sysctl = {
      'net.ipv4.ip_default_ttl': '97',
      'net/ipv4/conf/lo/forwarding': '1',
      'kernel.shmmni': '1234',
      'fs.mqueue.msg_max': '11',
      'kernel.domainname': 'of.the.container',
    };
    const files = Object.keys(sysctl).map((name) => `/proc/sys/${name.replaceAll('.', '/')}`);
    const ofHostBefore = files.map((file) => readFileSync(file, 'utf8'));
    expect(await machine().shell(`cat ${files.join(' ')}`, { linux: { sysctl } })).toBe(
      Object.values(sysctl).join('\n'),
    );
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(ofHostBefore);
  });

  it('that is not there, or does not take the value, is named', async () => {
    for (const [name, value] of [
      ['net.ipv4.no_such_thing', '1'],
      ['net.ipv4.ip_forward', 'x'],
    ] as const) {
      const run = machine().run(['true'], { linux: { sysctl: { [name]: value } } });
      await expect(run).rejects.toMatchObject({
        code: 'START_FAILED',
        message: expect.stringContaining(`set linux.sysctl.${name} to ${value}`) as string,
      });
    }
  });
});
