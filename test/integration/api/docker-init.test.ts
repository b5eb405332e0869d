import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { busyboxArchive } from './busybox-image.ts';
import { Terminal } from './terminal.ts';
import { TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
});
afterAll(() => daemon.destroy());
afterEach(() => {
  expect(daemon.problems).toEqual([]);
});

const run = (...args: readonly string[]): ReturnType<TestDaemon['docker']> =>
  daemon.docker(['run', '--rm', '--network', 'none', ...args]);

/** The name of a container's first process. */
const firstProcess = async (...options: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await run(...options, 'bb', 'cat', '/proc/1/comm');
  expect(stderr).toBe('');
  return stdout.trim();
};

describe('docker run --init', () => {
  test('has an init as its first process; without, the program is that', async () => {
    expect(await firstProcess('--init')).toBe('docker-init');
    expect(await firstProcess()).toBe('cat');
    expect(await firstProcess('--init=false')).toBe('cat');
  });

  test.each([
    { args: ['sh', '-c', 'exit 3'], exitCode: 3 },
    { args: ['sh', '-c', 'kill -TERM $$'], exitCode: 143 },
    { args: ['nosuch'], exitCode: 127 },
    { args: ['/etc/plain'], exitCode: 126 },
  ])('ends with $exitCode for $args', async ({ args, exitCode }) => {
    expect((await run('--init', 'bb', ...args)).exitCode).toBe(exitCode);
  });

  test('is as confined as Docker wants it: default filter, another user, no new privileges', async () => {
    const options = ['--init', '-u', 'app', '--security-opt', 'no-new-privileges', '--read-only'];
    expect(await firstProcess(...options)).toBe('docker-init');
  });

  test('carries standard input and output', async () => {
    const input = 'x'.repeat(300_000);
    const args = ['run', '--rm', '-i', '--init', '--network', 'none', 'bb', 'wc', '-c'];
    const result = await daemon.docker(args, { input });
    expect(result).toMatchObject({ stdout: '300000\n', exitCode: 0 });
  });

  test('in a terminal passes Ctrl-C on', async () => {
    const command = 'docker run --rm -it --init --network none bb sh -c "echo ready; cat; echo no"';
    const terminal = new Terminal(command, daemon.environment);
    await terminal.sees('ready');
    terminal.type('\u0003');
    expect(await terminal.ends()).toBe(130);
  });
});

describe('a container with an init', () => {
  const inspect = async (name: string, format: string): Promise<string> =>
    (await daemon.docker(['inspect', '--format', format, name])).stdout.trim();

  test('is shown, and stopped by a signal that its program does not handle', async () => {
    const start = ['run', '-d', '--network', 'none'];
    await daemon.docker([...start, '--init', '--name', 'with', 'bb', 'sleep', '1000']);
    await daemon.docker([...start, '--name', 'without', 'bb', 'sleep', '1000']);
    expect(await inspect('with', '{{.HostConfig.Init}} {{.Path}} {{.Args}}')).toBe(
      'true sleep [1000]',
    );
    expect(await inspect('without', '{{.HostConfig.Init}}')).toBe('<nil>');
    // Far more than it takes; a program that is the first process gets SIGKILL when this is over.
    await daemon.docker(['stop', '-t', '100', 'with']);
    await daemon.docker(['stop', '-t', '0', 'without']);
    expect(await inspect('with', '{{.State.ExitCode}}')).toBe('143');
    expect(await inspect('without', '{{.State.ExitCode}}')).toBe('137');
    await daemon.docker(['rm', 'with', 'without']);
  });
});

describe('"init" in daemon.json', () => {
  test('is for containers that do not say', async () => {
    await daemon.down();
    daemon.defaults = { init: true };
    await daemon.up();
    expect(await firstProcess()).toBe('docker-init');
    expect(await firstProcess('--init=false')).toBe('cat');
    expect((await daemon.docker(['info', '--format', '{{.InitBinary}}'])).stdout).toBe(
      'docker-init\n',
    );
  });
});
