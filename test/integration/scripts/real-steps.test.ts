import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hostAt, thisHost, type ProvisionHost } from '../../../scripts/host/provision-host.ts';
import { bindStep, type Step } from '../../../scripts/steps/index.ts';
import type { UndoOptions } from '../../../scripts/steps/step-kind.ts';
import { undoAll } from './support/sample-plan.ts';
import { snapshotTree } from './support/temp-host.ts';

/** Captures, applies, checks that it is done, looks, and undoes, whatever the look does. */
async function applyAndUndo(
  step: Step,
  options: {
    readonly host?: ProvisionHost;
    readonly undo?: UndoOptions;
    readonly while?: () => Promise<void> | void;
  } = {},
): Promise<unknown> {
  const { host = thisHost, undo = undoAll } = options;
  const bound = bindStep(step);
  expect(await bound.isDone(host)).toBe(false);
  // What the journal holds is JSON.
  const captured: unknown = JSON.parse(JSON.stringify(await bound.capture(host)));
  try {
    await bound.apply(host);
    expect(await bound.isDone(host)).toBe(true);
    await options.while?.();
  } finally {
    await bound.undo({ captured, host, options: { ...undo, packages: 'remove' } });
  }
  return captured;
}

const installedPackages = (): string => execFileSync('dpkg-query', ['-W'], { encoding: 'utf8' });

describe('on this machine', () => {
  test('a group comes and goes, and its databases with their backups are as before', async () => {
    const files = ['group', 'group-', 'gshadow', 'gshadow-', '.pwd.lock'];
    const look = async (): Promise<unknown> =>
      Promise.all(files.map((file) => snapshotTree(join('/etc', file)).catch(() => 'absent')));
    const before = await look();
    await applyAndUndo(
      { kind: 'group', name: 'berth-test-group' },
      {
        while: () => {
          expect(
            execFileSync('getent', ['group', 'berth-test-group'], { encoding: 'utf8' }),
          ).toMatch(/^berth-test-group:x:\d+:$/m);
        },
      },
    );
    expect(await look()).toEqual(before);
  });

  test('a kernel switch is set and set back', async () => {
    const file = '/proc/sys/fs/inotify/max_queued_events';
    const before = await readFile(file, 'utf8');
    const value = String(Number(before) + 1);
    await applyAndUndo(
      { kind: 'sysctl', key: 'fs.inotify.max_queued_events', value },
      {
        while: async () => {
          expect(await readFile(file, 'utf8')).toBe(`${value}\n`);
        },
      },
    );
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  test('a switch that the kernel lacks is an error that names it', async () => {
    const bound = bindStep({ kind: 'sysctl', key: 'net.none.such', value: '1' });
    await expect(bound.capture(thisHost)).rejects.toMatchObject({
      code: 'STEP_FAILED',
      message: expect.stringContaining('"net.none.such"') as unknown,
    });
  });

  test('packages are installed with what they need, and exactly those are removed', async () => {
    const before = installedPackages();
    const captured = await applyAndUndo(
      // Neither is installed on any machine by accident, and the first needs the second.
      { kind: 'package', names: ['hello-traditional'] },
      {
        while: () => {
          expect(installedPackages()).toMatch(/^hello-traditional\t/m);
        },
      },
    );
    expect(captured).toEqual({ added: ['hello-traditional'], changed: [], held: [] });
    expect(installedPackages()).toBe(before);
  });

  test('a package that does not exist is an error, and nothing is installed', async () => {
    const before = installedPackages();
    const bound = bindStep({ kind: 'package', names: ['no-such-package-berth'] });
    await expect(bound.capture(thisHost)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringContaining('no-such-package-berth') as unknown,
    });
    expect(installedPackages()).toBe(before);
  });

  test('a module that is part of the kernel needs nothing', async () => {
    expect(await bindStep({ kind: 'module', name: 'overlay' }).isDone(thisHost)).toBe(true);
    expect(await bindStep({ kind: 'module', name: 'no_such_module' }).isDone(thisHost)).toBe(false);
  });
});

describe('on a folder', () => {
  test('forwarding of single interfaces, which the kernel changes along, goes back too', async () => {
    const root = await mkdtemp(join(tmpdir(), 'berth-host-'));
    const host = hostAt(root, { procSys: join(root, 'proc/sys') });
    const file = (key: string): string =>
      join(host.procSys, ...key.split('.').map((part) => part.replaceAll('/', '.')));
    const conf = 'net.ipv4.conf';
    const vlan = 'net.ipv4.conf.eth0/50.forwarding';
    for (const [key, value] of [
      ['net.ipv4.ip_forward', '0'],
      [`${conf}.eth0.forwarding`, '1'],
      [`${conf}.eth1.forwarding`, '0'],
      [vlan, '1'],
      [`${conf}.all.accept_redirects`, '0'],
    ] as const) {
      await mkdir(join(file(key), '..'), { recursive: true });
      await writeFile(file(key), `${value}\n`);
    }
    await applyAndUndo(
      { kind: 'sysctl', key: 'net.ipv4.ip_forward', value: '1' },
      {
        host,
        // As the kernel does it.
        while: async () => {
          await writeFile(file(`${conf}.eth0.forwarding`), '1\n');
          await writeFile(file(`${conf}.eth1.forwarding`), '1\n');
          await writeFile(file(vlan), '1\n');
          await writeFile(file(`${conf}.all.accept_redirects`), '1\n');
        },
      },
    );
    const read = async (key: string): Promise<string> => (await readFile(file(key), 'utf8')).trim();
    expect(await read('net.ipv4.ip_forward')).toBe('0');
    expect(await read(`${conf}.eth0.forwarding`)).toBe('1');
    expect(await read(`${conf}.eth1.forwarding`)).toBe('0');
    expect(await read(vlan)).toBe('1');
    expect(await read(`${conf}.all.accept_redirects`)).toBe('0');
    await rm(root, { recursive: true });
  });

  test('forwarding stays on where somebody has brought an interface that may need it', async () => {
    const root = await mkdtemp(join(tmpdir(), 'berth-host-'));
    const host = hostAt(root, { procSys: join(root, 'proc/sys') });
    const put = async (path: string, text: string): Promise<void> => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    };
    const forward = 'proc/sys/net/ipv4/ip_forward';
    await put(forward, '0\n');
    await put('proc/sys/net/ipv4/conf/eth0/forwarding', '0\n');
    const step = bindStep({ kind: 'sysctl', key: 'net.ipv4.ip_forward', value: '1' });
    const captured = await step.capture(host);
    await step.apply(host);
    await put('proc/sys/net/ipv4/conf/wg0/forwarding', '1\n');
    const undo = (): ReturnType<typeof step.undo> =>
      step.undo({ captured, host, options: undoAll });
    await put('sys/class/net/wg0/flags', '0x10d1\n');
    expect(await undo()).toEqual({
      kind: 'forgotten',
      note: expect.stringContaining('wg0') as unknown,
    });
    expect(await readFile(join(root, forward), 'utf8')).toContain('1');
    // One that is down forwards nothing.
    await put('sys/class/net/wg0/flags', '0x10d0\n');
    expect(await undo()).toEqual({ kind: 'undone' });
    expect(await readFile(join(root, forward), 'utf8')).toContain('0');
    await rm(root, { recursive: true });
  });

  test('a folder with something mounted in it is not removed', async () => {
    const root = await mkdtemp(join(tmpdir(), 'berth-host-'));
    const host = hostAt(root);
    const step = { kind: 'make-folder', path: '/x', mode: 0o755, removes: 'contents' } as const;
    const bound = bindStep(step);
    const captured = await bound.capture(host);
    await bound.apply(host);
    await mkdir(host.path('/x/mnt dir'));
    execFileSync('mount', ['-t', 'tmpfs', 'berth-test', host.path('/x/mnt dir')]);
    try {
      await writeFile(host.path('/x/mnt dir/precious'), '');
      await expect(bound.undo({ captured, host, options: undoAll })).rejects.toMatchObject({
        code: 'PATH_IN_THE_WAY',
        message: expect.stringContaining('mnt dir') as unknown,
      });
      expect(await readFile(host.path('/x/mnt dir/precious'), 'utf8')).toBe('');
    } finally {
      execFileSync('umount', [host.path('/x/mnt dir')]);
    }
    expect(await bound.undo({ captured, host, options: undoAll })).toEqual({ kind: 'undone' });
    await rm(root, { recursive: true });
  });
});
