import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostAt, type ProvisionHost } from '../../../scripts/host/provision-host.ts';
import type { DockerInstallation } from '../../../scripts/old-docker/docker-installation.ts';
import { readDockerSettings } from '../../../scripts/old-docker/docker-settings.ts';
import { stepThatStops } from '../../../scripts/old-docker/step-that-stops.ts';
import { bindStep } from '../../../scripts/steps/index.ts';
import { replaceDocker } from '../../../scripts/up/features/replace-docker.ts';

const requestOf = (...argv: readonly string[]): unknown => {
  const command = new Command().exitOverride();
  replaceDocker.define(command);
  command.parse([...argv], { from: 'user' });
  return replaceDocker.request(command.opts());
};

describe('the wish', () => {
  test.each([
    [[], {}],
    [['--replace-docker'], { replaceDocker: true }],
    [
      ['--replace-docker', '--import-docker', 'volumes,images'],
      { replaceDocker: true, importDocker: 'images,volumes' },
    ],
  ])('%j', (argv, wanted) => {
    expect(requestOf(...argv)).toEqual(wanted);
  });

  test.each([
    [['--import-docker', 'images'], /without --replace-docker/],
    [['--replace-docker', '--import-docker', 'containers'], /"containers"; wanted images, volumes/],
  ])('%j is refused', (argv, why) => {
    expect(() => requestOf(...argv)).toThrow(why);
  });
});

describe('where a dockerd keeps its data and listens', () => {
  const settings = (argv: readonly string[], owner: 'system' | 'user' = 'system') =>
    readDockerSettings({
      argv,
      owner,
      environment: { HOME: '/home/eve', XDG_RUNTIME_DIR: '/run/user/7' },
    });
  const nowhere = ['--config-file', '/nowhere/daemon.json'];

  test('flags, in both ways of writing them, and what systemd has opened', async () => {
    expect(
      await settings([
        'dockerd',
        ...nowhere,
        '--data-root=/srv/d',
        '-H',
        'fd://',
        '--host=unix:///a',
        '-H',
        'tcp://::1',
      ]),
    ).toEqual({ dataRoot: '/srv/d', sockets: ['/var/run/docker.sock', '/a'] });
  });

  test('without any: the defaults, which are a user’s own for a rootless one', async () => {
    expect(await settings(['dockerd', ...nowhere])).toEqual({
      dataRoot: '/var/lib/docker',
      sockets: ['/var/run/docker.sock'],
    });
    expect(await settings(['dockerd', ...nowhere], 'user')).toEqual({
      dataRoot: '/home/eve/.local/share/docker',
      sockets: ['/run/user/7/docker.sock'],
    });
  });
});

describe('a Docker under systemd', () => {
  let root: string;
  let host: ProvisionHost;
  /** What systemctl would tell, and what it was told to do. */
  const units = new Map([
    ['docker.socket', { active: true, enabled: true }],
    ['docker.service', { active: true, enabled: false }],
  ]);
  const docker: DockerInstallation = { kind: 'package', name: 'docker-ce 5:28.5.2' };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'berth-host-'));
    await mkdir(join(root, 'run/systemd/system'), { recursive: true });
    host = hostAt(root, { run: (_command, args) => Promise.resolve(systemctl(args)) });
  });
  afterEach(() => rm(root, { recursive: true }));

  function systemctl(args: readonly string[]) {
    const [verb = '', ...rest] = args;
    const names = rest.filter((word) => !word.startsWith('-'));
    const known = names.flatMap((name) => units.get(name) ?? []);
    const ended = (ok: boolean) => ({ exitCode: ok ? 0 : 1, stdout: '', stderr: '' });
    if (known.length < names.length) return ended(false);
    switch (verb) {
      case 'is-active':
        return ended(known.every(({ active }) => active));
      case 'is-enabled':
        return ended(known.every(({ enabled }) => enabled));
      case 'disable':
        for (const unit of known) Object.assign(unit, { active: false, enabled: false });
        return ended(true);
      case 'enable':
        for (const unit of known) unit.enabled = true;
        return ended(true);
      case 'start':
        for (const unit of known) unit.active = true;
        return ended(true);
      default:
        return ended(verb === 'cat');
    }
  }

  test('is stopped with its socket, and started again as it was', async () => {
    const step = await stepThatStops(docker, host);
    expect(step).toMatchObject({
      manager: 'systemd',
      services: ['docker.socket', 'docker.service'],
    });
    if (step === undefined) throw new Error('no step');
    const bound = bindStep(step);
    const before = JSON.stringify([...units]);
    expect(await bound.isDone(host)).toBe(false);
    const captured = await bound.capture(host);
    await bound.apply(host);
    expect(await bound.isDone(host)).toBe(true);
    const options = { data: 'keep', packages: 'keep', services: 'stop' } as const;
    await bound.undo({ captured, host, options });
    expect(JSON.stringify([...units])).toBe(before);
  });

  test("a user's own is never stopped", async () => {
    expect(await stepThatStops({ ...docker, kind: 'rootless' }, host)).toBeUndefined();
  });

  test('one that nothing starts and that does not run needs no step', async () => {
    await rm(join(root, 'run/systemd'), { recursive: true });
    await writeFile(join(root, 'run/other'), '');
    expect(await stepThatStops(docker, host)).toBeUndefined();
  });
});
