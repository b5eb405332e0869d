import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { libc } from '../../../checks/libc.ts';
import { oldRuntime } from '../../../checks/old.runtime.ts';
import type { EngineProbe, OwnProgram } from '../../../checks/own-program.ts';
import { runtime } from '../../../checks/runtime.ts';
import { selfIntegrity } from '../../../checks/self.integrity.ts';
import { smokeEmbedded } from '../../../checks/smoke.embedded.ts';
import { smokeRegistry } from '../../../checks/smoke.registry.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { fakeContext } from './fake-context.ts';

const digest = (text: string): string =>
  `sha256:${createHash('sha256').update(text).digest('hex')}`;

describe('libc', () => {
  it('passes when the own program runs', async () => {
    const commands = { 'getconf GNU_LIBC_VERSION': 'glibc 2.36\n', 'berth --version': '1.2.3\n' };
    expect(await libc.probe(fakeContext({ commands }))).toMatchObject({
      status: 'pass',
      details: { library: 'glibc 2.36' },
    });
  });

  it('fails on musl when it does not', async () => {
    const commands = {
      '/lib/ld-musl-x86_64.so.1': { exitCode: 1, stderr: 'musl libc (x86_64)\nVersion 1.2.5\n' },
    };
    const files = { '/lib/ld-musl-x86_64.so.1': '' };
    expect(await libc.probe(fakeContext({ commands, files }))).toMatchObject({
      status: 'fail',
      details: { library: 'musl 1.2.5', exitCode: 127 },
    });
  });

  it('says what the program said', async () => {
    const commands = {
      berth: { exitCode: 1, stderr: "/lib/libc.so.6: version `GLIBC_2.28' not found\n" },
    };
    expect((await libc.probe(fakeContext({ commands }))).seen).toContain('GLIBC_2.28');
  });

  it('takes the word of the installer, which has just started it', async () => {
    const commands = { 'getconf GNU_LIBC_VERSION': 'glibc 2.36\n', berth: { exitCode: 1 } };
    const own: OwnProgram = {
      kind: 'bundle',
      root: '/opt/berth/1.0.0',
      versionCommand: ['berth', '--version'],
      justProven: true,
    };
    expect(await libc.probe(fakeContext({ commands, own }))).toMatchObject({
      status: 'pass',
      seen: 'install.sh has just started berth, host has glibc 2.36',
    });
  });

  it.each([137, 143])('does not take a slow host for a wrong one (status %i)', async (exitCode) => {
    const outcome = await libc.probe(fakeContext({ commands: { berth: { exitCode } } }));
    expect(outcome).toMatchObject({ status: 'warn', details: { exitCode } });
    expect(outcome.seen).toContain('had not said its version after 40 seconds');
  });
});

describe('self.integrity', () => {
  const own: OwnProgram = {
    kind: 'bundle',
    root: '/opt/berth/1.0.0',
    versionCommand: ['berth', '--version'],
  };
  const manifest = JSON.stringify({
    files: { 'bin/berth': digest('sh'), 'berth.js': digest('code') },
  });
  const bundle = {
    '/opt/berth/1.0.0/manifest.json': manifest,
    '/opt/berth/1.0.0/bin/berth': 'sh',
    '/opt/berth/1.0.0/berth.js': 'code',
  };

  it('passes when each file matches', async () => {
    const outcome = await selfIntegrity.probe(fakeContext({ own, files: bundle }));
    expect(outcome).toMatchObject({ status: 'pass', seen: '2 files match' });
  });

  it('takes the word of the installer, which has just compared them', async () => {
    const context = fakeContext({ own: { ...own, justProven: true } });
    expect(await selfIntegrity.probe(context)).toMatchObject({
      status: 'pass',
      seen: 'install.sh has just compared every file',
    });
  });

  it('is skipped for a checkout', async () => {
    expect((await selfIntegrity.probe(fakeContext())).status).toBe('skip');
  });

  it('names what has changed and what is missing', async () => {
    const files = {
      '/opt/berth/1.0.0/manifest.json': manifest,
      '/opt/berth/1.0.0/berth.js': 'other code',
    };
    expect(await selfIntegrity.probe(fakeContext({ own, files }))).toMatchObject({
      status: 'fail',
      details: {
        bad: [
          { path: 'bin/berth', kind: 'missing' },
          { path: 'berth.js', kind: 'changed' },
        ],
      },
    });
  });

  it.each([
    ['is missing', undefined],
    ['is cut short', manifest.slice(0, 40)],
    ['is empty', '{"files": {}}'],
    ['leads outside', JSON.stringify({ files: { '../etc/passwd': digest('') } })],
    ['has no digests', '{"files": {"a": "b"}}'],
  ])('fails when the manifest %s', async (_what, text) => {
    const path = '/opt/berth/1.0.0/manifest.json';
    const files = text === undefined ? {} : { [path]: text };
    expect((await selfIntegrity.probe(fakeContext({ own, files }))).status).toBe('fail');
  });
});

const engine = (more: Partial<EngineProbe> = {}): EngineProbe => ({
  ask: () => Promise.resolve({ kind: 'answers', version: '1.0.0' }),
  runCarried: () => Promise.resolve(),
  runFromRegistry: () => Promise.resolve({ kind: 'ran', image: 'hello-world' }),
  ...more,
});
const silent = engine({
  ask: () => Promise.resolve({ kind: 'silent', reason: 'DAEMON_UNREACHABLE' }),
});
const setUp = { '/etc/berth/daemon.json': '{}' };

describe('runtime', () => {
  it('passes when it answers', async () => {
    expect((await runtime.probe(fakeContext({ engine: engine() }))).status).toBe('pass');
  });

  it('fails when it does not on a host that is set up, and says how to start it', async () => {
    expect(await runtime.probe(fakeContext({ engine: silent, files: setUp }))).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining('berth daemon start') as string,
    });
  });

  it.each([
    ['before berth up', {}],
    ['on a host that is not set up', { engine: silent }],
  ])('is skipped %s', async (_what, host) => {
    expect((await runtime.probe(fakeContext(host))).status).toBe('skip');
  });
});

describe('smoke.embedded', () => {
  it('passes when it greets', async () => {
    expect((await smokeEmbedded.probe(fakeContext({ engine: engine() }))).status).toBe('pass');
  });

  it('fails with what went wrong', async () => {
    const failure = new BerthError('SMOKE_FAILED', { message: 'no greeting', remedy: 'Look.' });
    const failing = engine({ runCarried: () => Promise.reject(failure) });
    expect(await smokeEmbedded.probe(fakeContext({ engine: failing }))).toMatchObject({
      status: 'fail',
      seen: 'no greeting',
      remedy: 'Look.',
    });
  });

  it.each([{}, { engine: silent }])('is skipped without an engine: %o', async (host) => {
    expect((await smokeEmbedded.probe(fakeContext(host))).status).toBe('skip');
  });
});

describe('smoke.registry', () => {
  it('passes when it greets', async () => {
    expect((await smokeRegistry.probe(fakeContext({ engine: engine() }))).status).toBe('pass');
  });

  it('warns when no registry answers', async () => {
    const closed = engine({
      runFromRegistry: () =>
        Promise.resolve({ kind: 'unavailable', image: 'hello-world', why: 'no such host' }),
    });
    expect(await smokeRegistry.probe(fakeContext({ engine: closed }))).toMatchObject({
      status: 'warn',
      seen: 'no such host',
    });
  });

  it.each([{}, { engine: silent }])('is skipped without an engine: %o', async (host) => {
    expect((await smokeRegistry.probe(fakeContext(host))).status).toBe('skip');
  });
});

describe('old.runtime', () => {
  const id = 'ab'.repeat(32);
  const dockerd = (cmdline: string): Record<string, string> => ({
    '/proc/900/comm': 'dockerd\n',
    '/proc/900/cmdline': cmdline,
    '/proc/900/status': 'Name:\tdockerd\nUid:\t1000\t1000\t1000\t1000\n',
  });

  it('passes where none runs', async () => {
    const files = { '/proc/1/comm': 'init\n', '/proc/sys/comm': 'dockerd\n' };
    const outcome = await oldRuntime.probe(fakeContext({ files }));
    expect(outcome).toMatchObject({ status: 'pass', seen: 'none runs' });
    expect(outcome).not.toHaveProperty('note');
  });

  it('tells one apart: data root, socket, user and containers', async () => {
    const files = {
      ...dockerd('/usr/bin/dockerd\0-H\0fd://\0'),
      '/etc/docker/daemon.json': '{"data-root": "/srv/docker"}',
      [`/srv/docker/containers/${id}/config.v2.json`]: '{}',
      '/run/docker.sock': { kind: 'socket' },
    } as const;
    const outcome = await oldRuntime.probe(fakeContext({ files }));
    expect(outcome).toMatchObject({
      status: 'pass',
      details: {
        engines: [
          {
            name: 'dockerd',
            pid: 900,
            uid: 1000,
            dataRoot: '/srv/docker',
            sockets: ['/run/docker.sock'],
            containers: 1,
          },
        ],
      },
    });
    expect(outcome).toHaveProperty('note', expect.stringContaining('beside'));
  });

  it.each([
    ['by an option', '/usr/bin/dockerd\0--data-root=/var/lib/berth\0'],
    ['by an option with a blank', '/usr/bin/dockerd\0-g\0/var/lib/berth/docker\0'],
  ])('warns when its data is where berth keeps its own, %s', async (_what, cmdline) => {
    const outcome = await oldRuntime.probe(fakeContext({ files: dockerd(cmdline) }));
    expect(outcome).toMatchObject({
      status: 'warn',
      remedy: expect.stringContaining('--data-root') as string,
    });
  });

  it("does not count dockerd's own containerd", async () => {
    const files = {
      ...dockerd('dockerd\0'),
      '/proc/901/comm': 'containerd\n',
      '/proc/901/cmdline': 'containerd\0--config\0/var/run/docker/containerd/containerd.toml\0',
      '/proc/902/comm': 'containerd\n',
      '/proc/902/cmdline': '/usr/bin/containerd\0',
    };
    const outcome = await oldRuntime.probe(fakeContext({ files }));
    expect(outcome).toMatchObject({ details: { engines: [{ pid: 900 }, { pid: 902 }] } });
  });

  it('mentions containers that a stopped Docker has left', async () => {
    const files = { [`/var/lib/docker/containers/${id}/x`]: '' };
    const outcome = await oldRuntime.probe(fakeContext({ files }));
    expect(outcome.status).toBe('pass');
    expect(outcome.seen).toContain('1 container');
  });
});
