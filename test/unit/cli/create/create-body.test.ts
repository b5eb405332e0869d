import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createBody } from '../../../../runtime/cli/create/create-body.ts';
import type { RunOptions } from '../../../../runtime/cli/create/run-options.ts';
import { defineRunOptions } from '../../../../runtime/cli/create/run-options.ts';

/** The body for a command line, through commander as in `berth run`. */
function bodyFor(...line: readonly string[]): Record<string, unknown> {
  const program = new Command().enablePositionalOptions().exitOverride();
  const command = program.command('run').exitOverride();
  command.configureOutput({ writeErr: () => undefined });
  defineRunOptions(command);
  let body: Record<string, unknown> = {};
  command.action(() => {
    const [image = '', ...rest] = command.args;
    body = createBody({
      image,
      command: rest,
      options: command.opts<RunOptions>(),
      environment: ['A=1'],
      security: {},
      workingDirectory: '/here',
      terminalSize: { rows: 24, columns: 80 },
    });
  });
  program.parse(['run', ...line], { from: 'user' });
  return body;
}

const attached = { AttachStdin: false, AttachStdout: true, AttachStderr: true };

describe('the body of a creation', () => {
  test('holds only what was asked for', () => {
    expect(bodyFor('busybox')).toEqual({
      Image: 'busybox',
      Env: ['A=1'],
      ...attached,
      HostConfig: { NetworkMode: 'default' },
    });
  });

  test("leaves options after the image to the container's program", () => {
    const body = bodyFor('--rm', 'busybox', 'ls', '-l', '--rm', '--', '-t');
    expect(body).toMatchObject({ Image: 'busybox', Cmd: ['ls', '-l', '--rm', '--', '-t'] });
    expect(body).not.toHaveProperty('Tty');
  });

  test('has a terminal and input for -it', () => {
    expect(bodyFor('-it', 'busybox')).toMatchObject({
      Tty: true,
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      HostConfig: { ConsoleSize: [24, 80] },
    });
  });

  test.each([
    [['--restart', 'always'], { Name: 'always', MaximumRetryCount: 0 }],
    [['--restart', 'on-failure:3'], { Name: 'on-failure', MaximumRetryCount: 3 }],
  ])('has a restart policy for %j', (flags, RestartPolicy) => {
    expect(bodyFor(...flags, 'busybox')['HostConfig']).toMatchObject({ RestartPolicy });
  });

  test.each(['', ':3', 'on-failure:', 'on-failure:x', 'on-failure:1:2'])(
    'is refused for --restart "%s"',
    (value) => {
      expect(() => bodyFor('--restart', value, 'busybox')).toThrow(`--restart is '${value}'`);
    },
  );

  test('has a health check', () => {
    const times = ['--health-interval', '1m30s', '--health-timeout', '1.5s'];
    const start = ['--health-start-period', '1h', '--health-start-interval', '200ms'];
    const flags = ['--health-cmd', 'exit 1', ...times, ...start, '--health-retries', '4'];
    expect(bodyFor(...flags, 'busybox')['Healthcheck']).toEqual({
      Test: ['CMD-SHELL', 'exit 1'],
      Interval: 90e9,
      Timeout: 15e8,
      StartPeriod: 3600e9,
      StartInterval: 2e8,
      Retries: 4,
    });
    expect(bodyFor('--health-retries', '2', 'busybox')['Healthcheck']).toEqual({ Retries: 2 });
    expect(bodyFor('--no-healthcheck', 'busybox')['Healthcheck']).toEqual({ Test: ['NONE'] });
    expect(bodyFor('busybox')).not.toHaveProperty('Healthcheck');
  });

  test.each([
    [['--health-interval', '5'], '--health-interval is'],
    [['--health-interval', '5s,'], '--health-interval is'],
    [['--health-retries', 'x'], '--health-retries is'],
    [['--no-healthcheck', '--health-cmd', 'true'], '--no-healthcheck is'],
  ])('is refused for %j', (flags, problem) => {
    expect(() => bodyFor(...flags, 'busybox')).toThrow(problem);
  });

  test('attaches nothing for -d, and keeps the input open for -d -i', () => {
    expect(bodyFor('-di', 'busybox')).toEqual({
      Image: 'busybox',
      Env: ['A=1'],
      OpenStdin: true,
      AttachStdin: false,
      AttachStdout: false,
      AttachStderr: false,
      HostConfig: { NetworkMode: 'default' },
    });
  });

  test.each<[readonly string[], Record<string, unknown>]>([
    [['-w', '/w'], { WorkingDir: '/w' }],
    [['-u', '1:2'], { User: '1:2' }],
    [['-h', 'box'], { Hostname: 'box' }],
    [['--entrypoint', '/init'], { Entrypoint: ['/init'] }],
    [['--entrypoint', ''], { Entrypoint: [''] }],
    [['--stop-signal', 'SIGINT'], { StopSignal: 'SIGINT' }],
    [['-v', '/data'], { Volumes: { '/data': {} } }],
  ])('%j', (flags, expected) => {
    expect(bodyFor(...flags, 'busybox')).toEqual({ ...bodyFor('busybox'), ...expected });
  });

  test.each<[readonly string[], Record<string, unknown>]>([
    [['--rm'], { AutoRemove: true }],
    [['--network', 'none'], { NetworkMode: 'none' }],
    [['-m', '512m'], { Memory: 536_870_912 }],
    [['--cpus', '1.5'], { NanoCpus: 1_500_000_000 }],
    [['--cpus', '.5'], { NanoCpus: 500_000_000 }],
    [['--pids-limit', '-1'], { PidsLimit: -1 }],
    [['--cap-add', 'NET_ADMIN', '--cap-add', 'SYS_TIME'], { CapAdd: ['NET_ADMIN', 'SYS_TIME'] }],
    [['--cap-drop', 'ALL'], { CapDrop: ['ALL'] }],
    [['--privileged'], { Privileged: true }],
    [['--read-only'], { ReadonlyRootfs: true }],
    [['--init'], { Init: true }],
    [
      ['-v', '/a:/b:ro', '-v', './c:/d', '-v', 'name:/e'],
      { Binds: ['/a:/b:ro', '/here/c:/d', 'name:/e'] },
    ],
    [['--ulimit', 'nofile=1024:2048'], { Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }] }],
    [['--ulimit', 'core=-1'], { Ulimits: [{ Name: 'core', Soft: -1, Hard: -1 }] }],
    [
      ['--mount', 'type=bind,src=./a,dst=/b,ro,bind-propagation=rslave'],
      {
        Mounts: [
          {
            Type: 'bind',
            Source: '/here/a',
            Target: '/b',
            ReadOnly: true,
            BindOptions: { Propagation: 'rslave' },
          },
        ],
      },
    ],
    [
      ['--mount', 'type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=1777'],
      {
        Mounts: [
          { Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 1_048_576, Mode: 0o1777 } },
        ],
      },
    ],
    [
      ['--mount', 'source=v,target=/t,readonly=false'],
      { Mounts: [{ Type: 'volume', Source: 'v', Target: '/t' }] },
    ],
  ])('%j goes to HostConfig', (flags, expected) => {
    expect(bodyFor(...flags, 'busybox')).toEqual({
      ...bodyFor('busybox'),
      HostConfig: { NetworkMode: 'default', ...expected },
    });
  });

  test('-p publishes and exposes', () => {
    const ports = ['8080:80', '127.0.0.1::53/udp', '[::1]:81:80', '443'];
    expect(bodyFor(...ports.flatMap((port) => ['-p', port]), 'busybox')).toMatchObject({
      ExposedPorts: { '80/tcp': {}, '53/udp': {}, '443/tcp': {} },
      HostConfig: {
        PortBindings: {
          '80/tcp': [
            { HostIp: '', HostPort: '8080' },
            { HostIp: '::1', HostPort: '81' },
          ],
          '53/udp': [{ HostIp: '127.0.0.1', HostPort: '' }],
          '443/tcp': [{ HostIp: '', HostPort: '' }],
        },
      },
    });
  });

  test('-p and --expose take ranges: each port, or any of the host’s', () => {
    const ports = ['-p', '8000-8001:80-81', '-p', '127.0.0.1:9000-9010:90', '-p', '70-71/udp'];
    const { ExposedPorts, HostConfig } = bodyFor(...ports, '--expose', '5-6', 'busybox');
    expect(Object.keys(ExposedPorts ?? {})).toEqual([
      '80/tcp',
      '81/tcp',
      '90/tcp',
      '70/udp',
      '71/udp',
      '5/tcp',
      '6/tcp',
    ]);
    expect(HostConfig).toMatchObject({
      PortBindings: {
        '80/tcp': [{ HostIp: '', HostPort: '8000' }],
        '81/tcp': [{ HostIp: '', HostPort: '8001' }],
        '90/tcp': [{ HostIp: '127.0.0.1', HostPort: '9000-9010' }],
        '70/udp': [{ HostIp: '', HostPort: '' }],
        '71/udp': [{ HostIp: '', HostPort: '' }],
      },
    });
  });

  test.each([
    ['-p', '8000-8002:80-81'],
    ['-p', '8001-8000:80'],
    ['-p', '81-80'],
    ['--expose', '6-5'],
    ['-p', 'http'],
    ['-p', '0'],
    ['-p', '80:65536'],
    ['-p', '8080:80/icmp'],
    ['-p', 'localhost:80:80'],
    ['-m', 'much'],
    ['-m', '-1'],
    ['-m', '1.5x'],
    ['--cpus', 'two'],
    ['--pids-limit', '1.5'],
    ['-v', 'name'],
    ['-v', '/a:b'],
    ['-v', ':/b'],
    ['-v', '/a:/b:ro:z'],
    ['--mount', 'type=bind,target=/b'],
    ['--mount', 'type=bind,source=/a'],
    ['--mount', 'type=bind,source=/a,target=/b,colour=red'],
    ['--mount', 'type=tmpfs,target=/t,tmpfs-mode=9'],
    ['--ulimit', 'nofile'],
    ['--ulimit', 'nofile=2:1'],
    ['--ulimit', 'nofile=-1:5'],
    ['--mount', 'type=tmpfs,target=/t,volume-nocopy'],
    ['--mount', 'type=bind,source=/a,target=/b,bind-recursive=some'],
    ['--mount', 'type=bind,"source=/a,target=/b'],
    ['--mount', 'target=/b,readonly=perhaps'],
    ['--blkio-weight-device', 'sda:100'],
    ['--device', '/dev/a:/dev/b:rwx'],
    ['--device-read-bps', '/dev/sda'],
    ['--device-write-iops', '/dev/sda:1.5'],
    ['--expose', '9-8'],
    ['--attach', 'output'],
    ['--tmpfs', 'run'],
    ['--stop-timeout', 'soon'],
    ['--sysctl', '=1'],
    ['--log-opt', '=1'],
  ])('%s %s is refused', (option, value) => {
    expect(() => bodyFor(option, value, 'busybox')).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  test('commander refuses what is not among the choices', () => {
    expect(() => bodyFor('--pull', 'sometimes', 'busybox')).toThrow(/sometimes/);
    expect(() => bodyFor('--no-such-flag', 'busybox')).toThrow(/no-such-flag/);
  });
});
