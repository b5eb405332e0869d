import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  globSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OciMachine } from './oci-machine.ts';

let machine: OciMachine;
beforeAll(() => {
  machine = new OciMachine();
});
afterAll(() => {
  machine.dispose();
});

it('a link of another name is a runtime of that name', () => {
  const link = join(machine.folder, 'runc');
  symlinkSync(join(import.meta.dirname, '../../../scripts/berth-oci.sh'), link);
  const said = (...args: readonly string[]): string =>
    spawnSync(link, args, { encoding: 'utf8', timeout: 60_000 }).stdout;
  expect(said('--version')).toMatch(
    /^runc version \d+\.\d+\.\d+\ncommit: .+\nspec: \d+\.\d+\.\d+\n/,
  );
  expect(said('-h')).toMatch(/^NAME:\n {3}runc - Open Container Initiative runtime\n/);
  expect(said('state', '-h')).toMatch(/^NAME:\n {3}runc state - /);
});

it('of a checkout gives hooks the environment of whoever calls it', () => {
  const program = join(import.meta.dirname, '../../../scripts/berth-oci.sh');
  const seen = join(machine.folder, 'environment');
  const hook = { path: '/bin/sh', args: ['sh', '-c', `/usr/bin/env > ${seen}`] };
  machine.config(['true'], { hooks: { createRuntime: [hook] } });
  const args = ['--root', machine.root, 'run', machine.id()];
  const env = { PATH: '/usr/bin:/bin', COLOUR: 'blue' };
  const said = spawnSync(program, args, { cwd: machine.bundle, env, timeout: 60_000 });
  expect({ ...said, stderr: String(said.stderr) }).toMatchObject({ status: 0, stderr: '' });
  const names = /^(?!PWD=|_=|SHLVL=|OLDPWD=).+$/gm;
  expect(readFileSync(seen, 'utf8').match(names)?.toSorted()).toEqual([
    'COLOUR=blue',
    'PATH=/usr/bin:/bin',
  ]);
});

it('the version names what is built in as the features do', () => {
  const { linux } = JSON.parse(machine.ok('features')) as {
    readonly linux: {
      readonly cgroup: { readonly systemd: boolean };
      readonly seccomp: { readonly enabled: boolean };
      readonly apparmor: { readonly enabled: boolean };
      readonly selinux: { readonly enabled: boolean };
    };
  };
  const words = machine.ok('--version').trim().split('\n').at(-1)?.split(' ');
  expect({
    systemd: words?.includes('+SYSTEMD'),
    seccomp: words?.includes('+SECCOMP'),
    apparmor: words?.includes('+APPARMOR'),
    selinux: words?.includes('+SELINUX'),
  }).toEqual({
    systemd: linux.cgroup.systemd,
    seccomp: linux.seccomp.enabled,
    apparmor: linux.apparmor.enabled,
    selinux: linux.selinux.enabled,
  });
});

it('a container without cgroups stays in those of its caller, and so does what is executed in it', () => {
  const id = machine.id();
  machine.config(['sleep', '1000']);
  const log = join(machine.folder, 'log');
  const options = ['--log', log, '--cgroup-manager', 'disabled'];
  const [program, ...words] = machine.command(...options, 'run', '-d', id);
  const made = spawnSync(program, words, { cwd: machine.bundle, stdio: 'ignore' });
  expect({ status: made.status, log: readFileSync(log, 'utf8') }).toEqual({
    status: 0,
    log: expect.stringContaining('linux.resources') as string,
  });
  const own = readFileSync('/proc/self/cgroup', 'utf8');
  expect(machine.ok('exec', id, 'cat', '/proc/self/cgroup')).toBe(own);
  machine.ok('kill', '--all', id, 'KILL');
  machine.ok('delete', '-f', id);
  machine.gone(id);
});

it('sockets of the caller are handed on, with the number of the container in place of its own', () => {
  machine.config(['sh', '-c', 'echo $LISTEN_FDS $LISTEN_PID; cat <&3']);
  const file = openSync(join(machine.bundle, 'config.json'), 'r');
  const script = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"';
  const words = ['-c', script, 'sh', ...machine.command('run', machine.id())];
  const { stdout } = spawnSync('sh', words, {
    cwd: machine.bundle,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe', file],
    timeout: 60_000,
  });
  closeSync(file);
  expect(stdout).toMatch(/^1 1\n\{"ociVersion"/);
});

it('more descriptors than the start has room for are refused before anything is made', () => {
  const id = machine.id();
  machine.config(['true']);
  const { status, stderr } = machine.run('run', '--preserve-fds', '101', id);
  expect(status).toBe(1);
  expect(stderr).toContain('wanted a number from 0 to 100');
  machine.gone(id);
});

it('a cgroup that was there before a start that fails is there afterwards', () => {
  const folder = `/sys/fs/cgroup/freezer/oci-frozen-${process.pid}`;
  mkdirSync(folder);
  writeFileSync(join(folder, 'freezer.state'), 'FROZEN');
  machine.config(['true'], { linux: { cgroupsPath: `/oci-frozen-${process.pid}` } });
  for (const command of ['run', 'create']) {
    const { status, stderr } = machine.run(command, machine.id());
    expect({ command, status }).toEqual({ command, status: 1 });
    expect(stderr).toContain("container's cgroup unexpectedly frozen");
  }
  rmdirSync(folder);
  expect(globSync(`/sys/fs/cgroup/*/oci-frozen-${process.pid}`)).toEqual([]);
});

it('a start whose filter has no agent fails, and does not run the program', () => {
  const seccomp = {
    defaultAction: 'SCMP_ACT_ALLOW',
    listenerPath: join(machine.folder, 'no-agent'),
    syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_NOTIFY' }],
  } as const;
  machine.config(['mkdir', '/made'], { linux: { seccomp } });
  const id = machine.id();
  machine.create(id);
  for (const said of [machine.run('start', id), machine.run('run', machine.id())]) {
    expect(said.status).toBe(1);
    expect(said.stderr).toContain('failed to connect with seccomp agent: ENOENT');
  }
  expect(existsSync(join(machine.rootfs, 'made'))).toBe(false);
  machine.ok('delete', id);
});

const countsHugePages =
  existsSync('/sys/fs/cgroup/hugetlb') || existsSync('/sys/fs/cgroup/cgroup.controllers');

it.skipIf(countsHugePages)(
  'limits for which the host has no controller are refused by name',
  () => {
    const id = machine.id();
    const pages = { pageSize: '2MB', limit: 0 };
    machine.config(['true'], { linux: { resources: { hugepageLimits: [pages] } } });
    const { status, stderr } = machine.run('run', id);
    expect(status).toBe(1);
    expect(stderr).toContain('linux.resources.hugepageLimits');
    expect(stderr).toContain('leave the limit out');
    machine.gone(id);
  },
);

it('a limit that leaves no memory for the start itself is named', () => {
  const id = machine.id();
  machine.config(['true'], { linux: { resources: { memory: { limit: 4096 } } } });
  const { status, stderr } = machine.run('run', id);
  expect(status).toBe(1);
  expect(stderr).toContain('linux.resources.memory.limit');
  expect(stderr).toContain('Raise the limit');
  machine.gone(id);
});

it('--no-pivot moves the root in place of changing it', () => {
  machine.config(['sh', '-c', 'ls -d /bin; ls /etc; wc -l < /proc/self/mountinfo']);
  const id = machine.id();
  expect(machine.run('run', '--no-pivot', id)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^\/bin\n\d+\n$/) as string,
  });
  machine.gone(id);
});

it('a container, and what is executed in it, runs on all processors, whatever its caller is held to', () => {
  const script = 'grep Cpus_allowed_list: /proc/self/status';
  const every = spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout;
  const held = (...args: readonly string[]): string => {
    const words = ['-c', '0', ...machine.command(...args)];
    const options = { cwd: machine.bundle, encoding: 'utf8', timeout: 60_000 } as const;
    return spawnSync('taskset', words, options).stdout;
  };
  machine.config(['sh', '-c', script]);
  expect(held('run', machine.id())).toBe(every);
  const id = machine.id();
  machine.config(['sleep', '1000']);
  machine.detached(id);
  expect(held('exec', id, 'sh', '-c', script)).toBe(every);
  machine.ok('delete', '-f', id);
});

it('run -t and exec -t write bare line feeds to what is no terminal, as runc does', () => {
  const script = ['sh', '-c', 'test -t 1 && echo one; echo two'];
  const output = join(machine.folder, 'output');
  const written = (...args: readonly string[]): string => {
    const words = machine.command(...args).map((word) => `'${word}'`);
    const options = { cwd: machine.bundle, timeout: 60_000 } as const;
    spawnSync('script', ['-qec', `exec ${words.join(' ')} > ${output}`, '/dev/null'], options);
    // The end of our input is shown as the terminal shows it, before, behind or between.
    return readFileSync(output, 'utf8').replaceAll(/\^[@D][\b]*/g, '');
  };
  machine.config(script, { process: { terminal: true } });
  expect(written('run', machine.id())).toMatch(/one\ntwo\n/);
  const id = machine.id();
  machine.config(['sleep', '1000']);
  machine.detached(id);
  expect(written('exec', '-t', id, ...script)).toMatch(/one\ntwo\n/);
  machine.ok('delete', '-f', id);
});

it('run -t waits for a slow reader whose pipe does not block, and drops nothing', () => {
  const wait = (file: string): string => `until [ -e ${file} ]; do busybox sleep 0.05; done`;
  const output = 'busybox head -c 400000 /dev/zero | busybox tr "\\\\0" x';
  const script = `busybox stty -opost; busybox touch /ready; ${wait('/go')}; ${output}`;
  machine.config(['sh', '-c', script], { process: { terminal: true } });
  const [program, ...words] = machine.command('run', machine.id());
  // Whoever has a copy of the pipe may change how it is written to, for all.
  const change = 'use Fcntl; fcntl(STDOUT, F_SETFL, O_NONBLOCK | fcntl(STDOUT, F_GETFL, 0))';
  const { rootfs } = machine;
  const writer = `"$@" & ${wait(`${rootfs}/ready`)}; perl -e '${change}'; touch ${rootfs}/go; wait`;
  const args = [
    '-c',
    `{ ${writer}; } | { ${wait(`${rootfs}/go`)}; sleep 1; wc -c; }`,
    'sh',
    program,
    ...words,
  ];
  const options = { cwd: machine.bundle, encoding: 'utf8', timeout: 60_000 } as const;
  const { stdout, stderr } = spawnSync('sh', args, options);
  expect({ stdout, stderr }).toEqual({ stdout: '400000\n', stderr: '' });
});

it('run -t in the foreground is the terminal of its caller, in both directions, with its size', () => {
  machine.config(['sh', '-c', 'stty size; read -r line; echo "[$line]"; tty; exit 7'], {
    process: { terminal: true },
  });
  const id = machine.id();
  const words = machine.command('run', id).map((word) => `'${word}'`);
  const inTerminal = `stty rows 33 cols 77; exec ${words.join(' ')}`;
  const options = { cwd: machine.bundle, encoding: 'utf8', timeout: 60_000 } as const;
  const said = spawnSync('script', ['-qec', inTerminal, '/dev/null'], {
    ...options,
    input: 'hello there\n',
  });
  expect(said.stdout.replaceAll('\r', '').split('\n')).toEqual(
    expect.arrayContaining(['33 77', '[hello there]', '/dev/pts/0']),
  );
  expect(said.status).toBe(7);
  machine.gone(id);
});

it('--debug tells the stages of a start and of an exec, in their order', () => {
  const id = machine.id();
  machine.config(['sleep', '1000']);
  const stagesOf = (...args: readonly string[]): readonly string[] => {
    const log = join(machine.folder, `log-${args[0] ?? ''}`);
    const [program, ...rest] = machine.command(
      ...['--log', log, '--log-format', 'json', '--debug', ...args],
    );
    spawnSync(program, rest, { cwd: machine.bundle, stdio: 'ignore', timeout: 60_000 });
    return readFileSync(log, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
  };
  expect(stagesOf('run', '--detach', id)).toEqual([
    `nsexec container setup: ${id}`,
    expect.stringMatching(/^child process in init\(\): process \d+$/),
    `init: closing the pipe to signal completion: ${id}`,
  ]);
  expect(stagesOf('exec', id, 'true')).toEqual([
    `nsexec container setup: ${id}`,
    expect.stringMatching(/^child process in init\(\): process \d+$/),
    'setns_init: about to exec: true',
    `exec in ${id}: ended`,
  ]);
  machine.ok('delete', '--force', id);
});
