import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { busyboxArchive } from './busybox-image.ts';
import { Terminal } from './terminal.ts';
import { helloWorldText } from '../../../templates/hello-world.ts';
import { TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  const loaded = await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
  expect(loaded.stdout).toBe('Loaded image: bb:latest\n');
});
afterAll(() => daemon.destroy());
afterEach(() => {
  expect(daemon.problems).toEqual([]);
});

const run = (...args: readonly string[]): ReturnType<TestDaemon['docker']> =>
  daemon.docker(['run', '--rm', '--network', 'none', ...args]);

describe('docker run', () => {
  test('prints hello-world and leaves nothing', async () => {
    const result = await daemon.docker(['run', '--rm', 'hello-world']);
    expect(result.stdout).toBe(helloWorldText);
    expect(result.exitCode).toBe(0);
    expect(result.stderr).toMatch(/^WARNING: .*loopback only/);
    const all = await daemon.docker(['ps', '-aq']);
    expect(all.stdout).toBe('');
  });

  test('keeps standard output and standard error apart, and passes the exit code on', async () => {
    const result = await run('bb', 'sh', '-c', 'echo out; echo err >&2; exit 3');
    expect(result).toEqual({ stdout: 'out\n', stderr: 'err\n', exitCode: 3 });
  });

  test('carries standard input to its end', async () => {
    const input = 'x'.repeat(300_000);
    const result = await daemon.docker(
      ['run', '--rm', '-i', '--network', 'none', 'bb', 'wc', '-c'],
      {
        input,
      },
    );
    expect(result.stdout.trim()).toBe('300000');
    expect(result.exitCode).toBe(0);
  });

  test('ends when the program does not read what the client sends', async () => {
    const result = await daemon.docker(['run', '--rm', '-i', '--network', 'none', 'bb', 'true'], {
      input: 'y\n'.repeat(1_000_000),
    });
    expect(result).toEqual({ stdout: '', stderr: '', exitCode: 0 });
  });

  test.each([
    { command: ['nosuch'], exitCode: 127, why: 'executable file not found in $PATH' },
    { command: ['/no/such'], exitCode: 127, why: 'no such file or directory' },
    { command: ['/etc/plain'], exitCode: 126, why: 'permission denied' },
    { command: ['/etc'], exitCode: 126, why: 'permission denied' },
  ])('ends with $exitCode for $command', async ({ command, exitCode, why }) => {
    const result = await run('bb', ...command);
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toContain(why);
    const all = await daemon.docker(['ps', '-aq']);
    expect(all.stdout).toBe('');
  });

  test('keeps a container whose program could not be started, with its exit code', async () => {
    await daemon.docker(['run', '--name', 'bad', '--network', 'none', 'bb', 'nosuch']);
    const format = '{{.State.Status}} {{.State.ExitCode}} {{.State.Error}}';
    const { stdout } = await daemon.docker(['inspect', '--format', format, 'bad']);
    expect(stdout).toMatch(/^created 127 .*executable file not found/);
    await daemon.docker(['rm', 'bad']);
  });

  test.each([
    { args: [], expected: 'uid=0(root) gid=0(root) groups=0(root)' },
    { args: ['-u', 'app'], expected: 'uid=1000(app) gid=1000(app) groups=1000(app),10(wheel)' },
    { args: ['-u', '1234'], expected: 'uid=1234 gid=0(root) groups=0(root)' },
    { args: ['-u', 'app:extra'], expected: 'uid=1000(app) gid=2000(extra) groups=2000(extra)' },
    {
      args: ['-u', '5:6', '--group-add', 'extra'],
      expected: 'uid=5 gid=6 groups=6,2000(extra)',
    },
  ])('runs as $args', async ({ args, expected }) => {
    const result = await run(...args, 'bb', 'id');
    const sorted = (text: string): string => [...text.trim().split(/[ ,=]/)].sort().join();
    expect(sorted(result.stdout)).toBe(sorted(expected));
  });

  test('refuses a user that the image does not have', async () => {
    const result = await run('-u', 'ghost', 'bb', 'id');
    expect(result.exitCode).toBe(125);
    expect(result.stderr).toContain(
      'unable to find user ghost: no matching entries in passwd file',
    );
  });

  test.each([
    [
      ['--device', '/dev/nowhere'],
      'error gathering device information while adding custom device "/dev/nowhere": no such file or directory',
      // By the words docker's own command line takes it for a program that is not there.
      127,
    ],
    [
      ['--mount', 'type=odd,dst=/x'],
      'invalid mount config for type "odd": mount type unknown',
      125,
    ],
    [
      ['--cpuset-cpus', '8000'],
      'Requested CPUs are not available - requested 8000, available: ',
      125,
    ],
  ])('refuses %j as Docker does', async (args, message, exitCode) => {
    const result = await run(...args, 'bb', 'true');
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toContain(message);
  });

  test('gives the environment that Docker gives', async () => {
    const result = await run('-h', 'box', '-e', 'A=b', '-u', 'app', 'bb', 'env');
    expect(result.stdout.trim().split('\n').sort()).toEqual([
      'A=b',
      'HOME=/home/app',
      'HOSTNAME=box',
      'PATH=/bin',
    ]);
  });

  test('has its names, and only loopback', async () => {
    const script = 'hostname; cat /etc/hostname; ip -o addr; ls /sys/class/net';
    const result = await run('-h', 'box', 'bb', 'sh', '-c', script);
    expect(result.stdout).toContain('box\nbox\n');
    expect(result.stdout).toContain('inet 127.0.0.1/8');
    expect(result.stdout.trim().split('\n').at(-1)).toBe('lo');
  });

  test('mounts folders of the host, and memory', async () => {
    const source = join(daemon.root, 'bound');
    mkdirSync(source, { recursive: true });
    writeFileSync(join(source, 'file'), 'from the host');
    const script =
      'cat /ro/file /rw/file; touch /ro/new; touch /rw/new && touch /mem/new && echo ok';
    const result = await run(
      ...['-v', `${source}:/ro:ro`, '--mount', `type=bind,src=${source},dst=/rw`],
      ...['--tmpfs', '/mem', 'bb', 'sh', '-c', script],
    );
    expect(result.stdout).toBe('from the hostfrom the hostok\n');
    expect(result.stderr).toContain('Read-only file system');
  });

  test('has a read-only root when asked', async () => {
    const result = await run(
      '--read-only',
      'bb',
      'sh',
      '-c',
      'touch /x; touch /dev/shm/x && echo ok',
    );
    expect(result.stdout).toBe('ok\n');
    expect(result.stderr).toContain('Read-only file system');
  });

  test('has the limits that were asked for', async () => {
    const args = ['--memory', '32m', '--pids-limit', '77', '--ulimit', 'nofile=100:200'];
    const script =
      'ulimit -n; cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max';
    const result = await run(...args, 'bb', 'sh', '-c', script);
    expect(result.stdout).toBe('100\n33554432\n77\n');
  });

  test('gives a privileged container what the host has, and says what it has not', async () => {
    const script =
      'mount -t tmpfs x /tmp && echo mounted; ls /dev/kmsg; echo 1 >/proc/sys/net/ipv4/ip_forward && echo sysctl';
    const result = await run('--privileged', 'bb', 'sh', '-c', script);
    expect(result.stdout).toBe('mounted\n/dev/kmsg\nsysctl\n');
  });

  test.each([
    { args: ['--mount', 'type=cluster,src=bb,dst=/data'], field: 'HostConfig.Mounts' },
    { args: ['--network', 'web'], field: 'network web not found' },
    { args: ['--gpus', 'all'], field: 'HostConfig.DeviceRequests' },
    { args: ['--security-opt', 'apparmor=strict'], field: 'HostConfig.SecurityOpt' },
  ])('refuses $args and names the field', async ({ args, field }) => {
    const result = await daemon.docker(['run', '--rm', ...args, 'bb', 'true']);
    expect(result.exitCode).toBe(125);
    expect(result.stderr).toContain(field);
  });
});

describe('a terminal', () => {
  const open = (command: string): Terminal => new Terminal(command, daemon.environment);

  test('has its size, echoes, and passes the exit code on', async () => {
    const script = 'stty size; echo name?; read line; echo got $line; exit 5';
    const terminal = open(`docker run --rm -it --network none bb sh -c '${script}'`);
    await terminal.sees('name?');
    terminal.type('typed\r');
    expect(await terminal.ends()).toBe(5);
    expect(terminal.shown).toContain('30 100\r\n');
    expect(terminal.shown).toContain('got typed\r\n');
  });

  test('can be left with the detach keys, and come back to', async () => {
    const script = 'echo ready; read line; echo back $line';
    const first = open(`docker run -it --name term --network none bb sh -c '${script}'`);
    await first.sees('ready');
    first.type('\u0010\u0011');
    expect(await first.ends()).toBe(0);
    const { stdout } = await daemon.docker(['ps', '--format', '{{.Names}}']);
    expect(stdout).toBe('term\n');
    const second = open('docker attach term');
    second.type('again\r');
    await second.sees('back again');
    expect(await second.ends()).toBe(0);
    await daemon.docker(['rm', '-f', 'term']);
  });

  test('passes Ctrl-C on as a signal', async () => {
    const terminal = open('docker run --rm -it --network none bb sh -c "echo ready; cat; echo no"');
    await terminal.sees('ready');
    terminal.type('\u0003');
    expect(await terminal.ends()).toBe(130);
  });
});
