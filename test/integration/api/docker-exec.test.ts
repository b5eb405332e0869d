import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { busyboxArchive } from './busybox-image.ts';
import { Terminal } from './terminal.ts';
import { TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
  const args = ['run', '-d', '--name', 'box', '--network', 'none', '-e', 'COLOUR=blue'];
  const { stderr, exitCode } = await daemon.docker([...args, 'bb', 'sleep', '1000']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
});
afterAll(() => daemon.destroy());
afterEach(() => {
  expect(daemon.problems).toEqual([]);
});

const exec = (...args: readonly string[]): ReturnType<TestDaemon['docker']> =>
  daemon.docker(['exec', ...args]);

describe('docker exec', () => {
  test('keeps standard output and standard error apart, and passes the exit code on', async () => {
    const result = await exec('box', 'sh', '-c', 'echo out; echo err >&2; exit 3');
    expect(result).toEqual({ stdout: 'out\n', stderr: 'err\n', exitCode: 3 });
  });

  test('runs in the namespaces and cgroups of the container', async () => {
    const look =
      'for n in pid net mnt uts ipc cgroup; do readlink /proc/self/ns/$n; done; cat /proc/self/cgroup';
    const own = await exec('box', 'sh', '-c', look);
    const first = await exec('box', 'sh', '-c', look.replaceAll('/self/', '/1/'));
    expect(own).toEqual(first);
    expect(own.stdout).toContain('pid:[');
    expect((await exec('box', 'busybox', 'ps')).stdout).toMatch(/1 root +sleep 1000/);
  });

  test.each([
    { command: ['nosuch'], exitCode: 127, why: 'executable file not found in $PATH' },
    { command: ['/no/such'], exitCode: 127, why: 'no such file or directory' },
    { command: ['/etc/plain'], exitCode: 126, why: 'permission denied' },
    { command: ['/etc'], exitCode: 126, why: 'permission denied' },
  ])('ends with $exitCode for $command', async ({ command, exitCode, why }) => {
    const result = await exec('box', ...command);
    expect(result.exitCode).toBe(exitCode);
    expect(result.stdout).toContain('OCI runtime exec failed: exec failed');
    expect(result.stdout).toContain(why);
  });

  test('carries ten megabytes both ways', async () => {
    const input = 'some line of text\n'.repeat(600_000);
    const { stdout, exitCode } = await daemon.docker(['exec', '-i', 'box', 'cat'], { input });
    expect(exitCode).toBe(0);
    expect(stdout === input).toBe(true);
  });

  test('environment, user, folder', async () => {
    const script = 'echo $COLOUR $SHAPE $HOME $HOSTNAME; id -u; id -g; pwd';
    const args = ['-e', 'SHAPE=round', '-u', '1234:77', '-w', '/tmp', 'box', 'sh', '-c', script];
    const { stdout } = await exec(...args);
    expect(stdout).toMatch(/^blue round \/ [0-9a-f]{12}\n1234\n77\n\/tmp\n$/);
  });

  test('a folder that is not there', async () => {
    // Docker tells it on the stream of the output.
    const { stdout, exitCode } = await exec('-w', '/nowhere', 'box', 'true');
    expect(exitCode).toBe(126);
    expect(stdout).toContain('OCI runtime exec failed: exec failed: unable to start container');
    expect(stdout).toContain('/nowhere');
  });

  test('a terminal', async () => {
    const terminal = new Terminal('docker exec -it box sh', daemon.environment);
    await terminal.sees('# ');
    terminal.type('stty size; tty; echo $TERM\n');
    await terminal.sees('xterm');
    expect(terminal.shown).toContain('30 100');
    terminal.type('exit 5\n');
    expect(await terminal.ends()).toBe(5);
  });

  test('detached', async () => {
    const result = await exec('-d', 'box', 'sh', '-c', 'echo x > /tmp/mark');
    expect(result).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    const waited = await exec(
      'box',
      'sh',
      '-c',
      'while [ ! -s /tmp/mark ]; do :; done; cat /tmp/mark',
    );
    expect(waited.stdout).toBe('x\n');
  });
});

describe('the users of a container', () => {
  const home = (user = ''): ReturnType<TestDaemon['docker']> =>
    daemon.docker(['exec', '-u', user, 'users', 'sh', '-c', 'echo $HOME']);

  test('are those that it has at that moment', async () => {
    const change = (script: string): ReturnType<TestDaemon['docker']> =>
      daemon.docker(['exec', 'users', 'sh', '-c', script]);
    await daemon.docker(['run', '-d', '--name', 'users', '--network', 'none', 'bb', 'sleep', '1d']);
    await change('mkdir -p /etc; echo root:x:0:0::/home0:/bin/sh > /etc/passwd');
    for (let round = 0; round < 5; round += 1) {
      for (let again = 0; again < 2; again += 1)
        expect((await home()).stdout).toBe(`/home${round}\n`);
      // In place, and of the same length.
      await change(`sed s/home./home${round + 1}/ /etc/passwd > /new; cat /new > /etc/passwd`);
    }
    // What has not changed for a second is not read again, and is what it was.
    for (const since = Date.now(); Date.now() < since + 1500;)
      expect((await home()).stdout).toBe('/home5\n');
    await change('sed s/home5/other/ /etc/passwd > /new; mv /new /etc/passwd');
    expect((await home()).stdout).toBe('/other\n');
    expect((await home('nobody')).stderr).toContain('unable to find user nobody');
    await change('echo nobody:x:9:9::/none: >> /etc/passwd');
    expect((await home('nobody')).stdout).toBe('/none\n');
    await change('rm /etc/passwd; mkdir /etc/passwd');
    for (let again = 0; again < 3; again += 1) expect((await home()).stdout).toBe('/\n');
    await daemon.docker(['rm', '-f', 'users']);
  });
});
