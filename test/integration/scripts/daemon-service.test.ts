import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makePrivateHost, type PrivateHost } from './support/private-host.ts';

let host: PrivateHost;

beforeEach(async () => {
  host = await makePrivateHost();
});
afterEach(async () => {
  if (existsSync(host.path('/var/lib/berth'))) await host.berth('down', '--purge', '--yes');
  await host.remove();
});

/** The machine's own IPv6 forwarding is not a test's to switch. */
const skipFixes = ['--skip', 'sysctl.forward=not a test of it'];
const up = (...more: readonly string[]) => host.berth('up', ...skipFixes, ...more);

describe('the daemon', () => {
  const pidOf = async (): Promise<number | undefined> => {
    const { stdout } = await host.berth('status', '--json');
    return (JSON.parse(stdout) as { supervisor?: { daemonPid?: number } }).supervisor?.daemonPid;
  };

  test('is not stopped for a configuration that it could not read', async () => {
    expect((await up('--no-smoke-test')).exitCode).toBe(0);
    const path = host.path('/etc/berth/daemon.json');
    const [first, good] = [await pidOf(), await readFile(path, 'utf8')];
    await writeFile(path, `${good}]`);
    const refused = await host.berth('daemon', 'restart');
    expect(refused.stderr).toMatch(/^berth: DAEMON_CONFIG_INVALID: .*The daemon was not stopped\./);
    expect(refused.exitCode).toBe(1);
    expect(await pidOf()).toBe(first);
    expect((await host.berth('--lang', 'zh', 'daemon', 'restart')).stderr).toContain(
      '守护进程未被停止',
    );

    await host.berth('daemon', 'stop');
    expect((await host.berth('daemon', 'start')).stderr).toMatch(/^berth: DAEMON_CONFIG_INVALID: /);
    await writeFile(path, good);
    expect((await host.berth('daemon', 'start')).stdout).toBe('The daemon is started.\n');
    expect((await host.berth('ps')).exitCode).toBe(0);
  });

  test('that was restarted and does not come is told with the end of its log', async () => {
    expect((await up('--no-smoke-test')).exitCode).toBe(0);
    const path = host.path('/etc/berth/daemon.json');
    const good = await readFile(path, 'utf8');
    await writeFile(path, JSON.stringify({ 'data-root': '/etc/passwd/none' }));
    const restarted = await host.berth('daemon', 'restart');
    expect(restarted.stderr).toMatch(/^berth: DAEMON_NOT_READY: .*its log ends with:/);
    expect(restarted.stderr).toContain('/etc/passwd/none');
    expect(restarted).toMatchObject({ exitCode: 1, stdout: '' });
    await writeFile(path, good);
    expect((await host.berth('daemon', 'restart')).exitCode).toBe(0);
    expect((await host.berth('ps')).exitCode).toBe(0);
  });

  test('is started again when it is killed, and can be stopped, started and read', async () => {
    expect((await up('--no-smoke-test')).exitCode).toBe(0);
    const first = await pidOf();
    process.kill(first ?? 0, 'SIGKILL');
    expect((await up()).stdout).toContain('Nothing to change');
    expect(await pidOf()).not.toBe(first);
    expect((await host.berth('daemon', 'logs')).exitCode).toBe(0);
    expect((await host.berth('daemon', 'stop')).exitCode).toBe(0);
    expect((await host.berth('status')).exitCode).toBe(1);
    expect((await host.berth('daemon', 'start')).exitCode).toBe(0);
    expect((await up()).stdout).toContain('Nothing to change');
  });
});
