import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  globSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gateName } from '../../../runtime/launch/channels/gate-name.ts';
import { isAlive } from '../../support/processes.ts';
import { OciMachine } from './oci-machine.ts';

let machine: OciMachine;
beforeAll(() => {
  machine = new OciMachine();
});
beforeEach(() => {
  rmSync(join(machine.rootfs, 'mark'), { force: true });
});
afterAll(() => {
  machine.dispose();
});

describe('a container of another engine', () => {
  it('is created, started, killed and deleted', async () => {
    const id = machine.id();
    machine.config(['sh', '-c', 'echo started > /mark; exec sleep 1000'], {
      annotations: { 'org.example.a': 'b' },
    });
    writeFileSync(join(machine.rootfs, 'mark'), 'before');
    machine.create(id, '--pid-file', 'pid');
    const created = machine.state(id);
    expect(created).toMatchObject({
      ...{ id, status: 'created', owner: 'root' },
      bundle: machine.bundle,
      rootfs: machine.rootfs,
      annotations: { 'org.example.a': 'b' },
    });
    expect(readFileSync(join(machine.bundle, 'pid'), 'utf8')).toBe(String(created['pid']));
    expect(readFileSync(join(machine.rootfs, 'mark'), 'utf8')).toBe('before');
    machine.ok('start', id);
    expect(machine.state(id)).toMatchObject({ status: 'running', pid: created['pid'] });
    await machine.says('mark', 'started\n');
    machine.ok('kill', id, 'KILL');
    await machine.reaches(id, 'stopped');
    expect(machine.state(id)).toMatchObject({ pid: 0 });
    machine.ok('delete', id);
    machine.gone(id);
  });

  it('is running, though who has started it died before it took the gate away', () => {
    const id = machine.id();
    machine.config(['sleep', '1000']);
    machine.create(id);
    const gate = join(machine.root, id, gateName);
    linkSync(gate, `${gate}.kept`);
    machine.ok('start', id);
    renameSync(`${gate}.kept`, gate);
    expect(machine.state(id)).toMatchObject({ status: 'running' });
    expect(machine.run('start', id).stderr).toContain('already running');
    machine.ok('delete', '-f', id);
    machine.gone(id);
  });

  it('is deleted before it was started', () => {
    const id = machine.id();
    machine.config(['sleep', '1000']);
    machine.create(id);
    machine.ok('delete', id);
    machine.gone(id);
  });

  it('leaves those alone who are in its cgroup, or below it, and are not its own', async () => {
    const [one, same, below] = [machine.id(), machine.id(), machine.id()];
    for (const [id, path] of [
      [one, `/berth/${one}`],
      [same, `/berth/${one}`],
      [below, `/berth/${one}/below`],
    ] as const) {
      machine.config(['sleep', '1000'], { linux: { cgroupsPath: path } });
      machine.detached(id);
    }
    machine.ok('kill', one, 'KILL');
    await machine.reaches(one, 'stopped');
    const { status, stderr } = machine.run('delete', one);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringContaining(`/${one}\\" stays: others are in it`) as string,
    });
    for (const id of [same, below]) expect(machine.state(id)).toMatchObject({ status: 'running' });
    machine.ok('delete', '-f', below);
    machine.ok('delete', '-f', same);
    machine.gone(one);
  });

  it('neither lets a paused neighbour in its cgroup go on nor waits for it', async () => {
    const [paused, ended, killed, all] = [0, 1, 2, 3].map(() => machine.id()) as [
      string,
      string,
      string,
      string,
    ];
    const linux = { cgroupsPath: `/berth/${paused}` };
    machine.config(['true'], { linux });
    machine.detached(ended);
    await machine.reaches(ended, 'stopped');
    machine.config(['sh', '-c', 'sleep 1000 & exec sleep 1000'], { linux });
    for (const id of [killed, all, paused]) machine.detached(id);
    machine.ok('exec', '-d', killed, 'sh', '-c', 'exec sleep 500 >&- 2>&-');
    machine.ok('pause', paused);
    expect(machine.run('delete', ended).status).toBe(0);
    machine.ok('kill', '--all', all, 'KILL');
    await machine.reaches(all, 'stopped');
    expect(machine.run('delete', '--force', killed).status).toBe(0);
    for (const id of [ended, killed]) expect(machine.run('state', id).status).toBe(1);
    expect(machine.state(paused)).toMatchObject({ status: 'paused' });
    machine.ok('resume', paused);
    expect(machine.ok('ps', '-f', 'json', paused)).toMatch(/^\[\d+,\d+\]\n$/);
    for (const id of [all, paused]) machine.run('delete', '--force', id);
    machine.gone(paused);
  });

  it('leaves those alone who are in its cgroup also when its state is lost', async () => {
    const id = machine.id();
    const path = `/berth/of-others-${process.pid}`;
    const folder = existsSync('/sys/fs/cgroup/pids')
      ? `/sys/fs/cgroup/pids${path}`
      : `/sys/fs/cgroup${path}`;
    const other = spawn('sleep', ['1000'], { stdio: 'ignore' });
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${folder}/cgroup.procs`, String(other.pid));
      machine.config(['sleep', '1000'], { linux: { cgroupsPath: path } });
      machine.create(id);
      const { pid } = machine.state(id);
      writeFileSync(join(machine.root, id, 'state.json'), '{');
      machine.run('delete', '-f', id);
      // Whoever is its parent by now may not have reaped it.
      await expect.poll(() => isAlive(Number(pid))).toBe(false);
      expect(other.exitCode ?? other.signalCode).toBeNull();
    } finally {
      other.kill('SIGKILL');
      await once(other, 'exit');
      for (const left of globSync(`/sys/fs/cgroup/{,*/}${path.slice(1)}`)) rmdirSync(left);
    }
    machine.gone(id);
  });

  it('is listed', () => {
    const [one, other] = [machine.id(), machine.id()];
    machine.config(['sleep', '1000']);
    machine.create(other);
    machine.create(one);
    expect(machine.ok('list', '-q')).toBe(`${one}\n${other}\n`);
    const head = 'ID +PID +STATUS +BUNDLE +CREATED +OWNER';
    const line = `${one} +\\d+ +created +${machine.bundle} +\\S+ +root`;
    expect(machine.ok('list')).toMatch(new RegExp(`^${head}\n${line}\n`));
    const list = JSON.parse(machine.ok('list', '--format', 'json')) as { readonly id: string }[];
    expect(list.map(({ id }) => id)).toEqual([one, other]);
    for (const id of [one, other]) machine.ok('delete', '--force', id);
    expect(machine.ok('list', '--format', 'json')).toBe('null\n');
  });

  it('takes signals by name and number, real-time ones too', async () => {
    const traps = 'for s in HUP USR1 34 36; do trap "echo got $s >> /mark" $s; done';
    machine.config(['sh', '-c', `${traps}; echo ready > /mark; while :; do sleep 0.01; done`]);
    const id = machine.id();
    machine.detached(id);
    await machine.says('mark', 'ready\n');
    const signals = { hup: 'HUP', SIGUSR1: 'USR1', SIGRTMIN: '34', 'RTMIN+2': '36' };
    for (const [name, trapped] of Object.entries(signals)) {
      machine.ok('kill', id, name);
      await machine.says('mark', `got ${trapped}\n`);
    }
    machine.ok('kill', '--all', id, '9');
    await machine.reaches(id, 'stopped');
    expect(machine.run('kill', '--all', id, '0').status).toBe(0);
    machine.ok('delete', id);
  });

  it('is paused and resumed, and deleted by force even then', () => {
    const id = machine.id();
    machine.config(['sleep', '1000']);
    machine.detached(id);
    machine.ok('pause', id);
    expect(machine.state(id)).toMatchObject({ status: 'paused' });
    machine.ok('resume', id);
    expect(machine.state(id)).toMatchObject({ status: 'running' });
    machine.ok('pause', id);
    machine.ok('delete', '-f', id);
    machine.gone(id);
  });

  it('shows its processes', async () => {
    const id = machine.id();
    machine.config(['sh', '-c', 'sleep 1000 & echo ready > /mark; exec sleep 2000']);
    machine.detached(id);
    await machine.says('mark', 'ready');
    const pids = JSON.parse(machine.ok('ps', '--format', 'json', id)) as number[];
    expect(pids).toContain(machine.state(id)['pid']);
    expect(machine.ok('ps', id)).toMatch(/^UID +PID .*\n.*sleep [12]000\n/);
    const short = machine.ok('ps', id, '-eo', 'pid,args').trim().split('\n');
    expect(short.slice(1)).toEqual(expect.arrayContaining([expect.stringMatching('sleep 1000$')]));
    machine.ok('delete', '-f', id);
    machine.gone(id);
  });

  it('without a pid namespace of its own is killed whole', async () => {
    const id = machine.id();
    const namespaces = (['mount', 'ipc', 'uts'] as const).map((type) => ({ type }));
    machine.config(['sh', '-c', 'sleep 1000 & echo ready > /mark; exec sleep 2000'], {
      linux: { namespaces },
    });
    machine.detached(id);
    await machine.says('mark', 'ready\n');
    machine.ok('kill', id, 'KILL');
    await expect.poll(() => machine.ok('ps', '-f', 'json', id)).toBe('[]\n');
    machine.ok('delete', id);
    machine.gone(id);
  });

  it('without a pid namespace of its own is killed whole, though its first process has ended', async () => {
    const id = machine.id();
    const namespaces = (['mount', 'ipc', 'uts'] as const).map((type) => ({ type }));
    machine.config(['sh', '-c', 'sleep 1000 & echo ready > /mark'], { linux: { namespaces } });
    machine.detached(id);
    await machine.says('mark', 'ready\n');
    await machine.reaches(id, 'stopped');
    expect(machine.run('kill', id, 'TERM').stderr).toContain('container not running');
    machine.ok('kill', id, 'KILL');
    await expect.poll(() => machine.ok('ps', '-f', 'json', id)).toBe('[]\n');
    expect(machine.run('kill', id, 'KILL').stderr).toContain('container not running');
    machine.ok('delete', id);
    machine.gone(id);
  });
});

describe('run', () => {
  it('gives the output and the status of the program, and leaves nothing', () => {
    const id = machine.id();
    machine.config(['sh', '-c', 'cat; echo out; echo err >&2; exit 7']);
    const said = machine.runWith('in\n', 'run', id);
    expect(said).toEqual({ status: 7, stdout: 'in\nout\n', stderr: 'err\n' });
    machine.gone(id);
  });

  it('leaves the streams of the caller blocking', () => {
    // What the program sees of its standard input, a pipe, once Node.js has been there.
    machine.config(['grep', 'flags', '/proc/self/fdinfo/0']);
    const [program, ...words] = machine.command('run', machine.id());
    const line = ['-c', 'sleep 0 | "$@"', 'sh', program, ...words];
    const { stdout } = spawnSync('sh', line, { cwd: machine.bundle, encoding: 'utf8' });
    const O_NONBLOCK = 0o4000;
    const flags = Number.parseInt(/^flags:\s+(\d+)\n$/.exec(stdout)?.[1] ?? '', 8);
    expect(flags & O_NONBLOCK, stdout).toBe(0);
    expect(flags).not.toBeNaN();
  });

  it('gives 128 and the signal', () => {
    machine.config(['sh', '-c', 'kill -9 $$'], {
      linux: { namespaces: [{ type: 'mount' }, { type: 'uts' }] },
    });
    expect(machine.run('run', machine.id()).status).toBe(137);
  });

  it('keeps a container that it is told to keep', () => {
    const id = machine.id();
    machine.config(['true']);
    machine.ok('run', '--keep', id);
    expect(machine.state(id)).toMatchObject({ status: 'stopped' });
    machine.ok('delete', id);
    machine.gone(id);
  });

  it('passes signals on', async () => {
    const id = machine.id();
    const script = 'trap "exit 42" TERM; echo ready > /mark; while :; do sleep 0.01; done';
    machine.config(['sh', '-c', script]);
    const [program, ...words] = machine.command('run', id);
    const child = spawn(program, words, { cwd: machine.bundle, stdio: 'ignore' });
    await machine.says('mark', 'ready\n');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([42, null]);
    machine.gone(id);
  });

  it('hands descriptors on', async () => {
    machine.config(['sh', '-c', 'cat <&3; ls /proc/self/fd | wc -l']);
    const file = join(machine.folder, 'three');
    writeFileSync(file, 'three\n');
    const line = machine.command('run', '--preserve-fds', '1', machine.id());
    const shell = spawn('sh', ['-c', `exec "$@" 3<"${file}"`, 'sh', ...line], {
      cwd: machine.bundle,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await once(shell, 'close');
    // 0 to 3, and the folder that ls(1) reads.
    expect(output).toBe('three\n5\n');
  });

  it('runs hooks after the start and after the end', () => {
    const log = join(machine.folder, 'hooks');
    const hook = (name: string) => ({
      path: '/bin/sh',
      args: ['sh', '-c', `cat > /dev/null; echo ${name} >> ${log}`],
    });
    machine.config(['sleep', '1'], {
      hooks: { poststart: [hook('poststart')], poststop: [hook('poststop')] },
    });
    machine.ok('run', machine.id());
    expect(readFileSync(log, 'utf8')).toBe('poststart\npoststop\n');
  });

  it('is absent to others until it has been created', () => {
    const id = machine.id();
    const seen = join(machine.folder, 'seen');
    const [state, list] = [machine.command('state', id), machine.command('list', '-q')];
    const script = `${state.join(' ')} 2>&1; echo $?; ${list.join(' ')} | grep -c ${id}`;
    const hook = { path: '/bin/sh', args: ['sh', '-c', `exec > ${seen} 2>&1; ${script}; true`] };
    machine.config(['true'], { hooks: { createRuntime: [hook] } });
    machine.ok('run', id);
    expect(readFileSync(seen, 'utf8')).toMatch(/container does not exist.*\n1\n0\n$/s);
  });

  it('shares a folder of cgroups that goes with the last of them', () => {
    const parent = `oci-shared-${process.pid}`;
    const folder = `/sys/fs/cgroup/pids/${parent}`;
    const [first, second] = [machine.id(), machine.id()];
    for (const id of [first, second]) {
      machine.config(['sleep', '1000'], { linux: { cgroupsPath: `/${parent}/deep/${id}` } });
      machine.create(id);
    }
    machine.ok('delete', '-f', first);
    expect(existsSync(`${folder}/deep`)).toBe(true);
    machine.ok('delete', '-f', second);
    expect(existsSync(folder)).toBe(false);

    // One that somebody else has made stays.
    mkdirSync(folder);
    machine.config(['true'], { linux: { cgroupsPath: `/${parent}/own` } });
    machine.ok('run', machine.id());
    expect(existsSync(folder)).toBe(true);
    rmdirSync(folder);
  });

  it('fails with a hook after the start that fails, and only warns of one after the end', () => {
    const failing = [{ path: '/bin/false' }];
    machine.config(['sleep', '1000'], { hooks: { poststart: failing } });
    const [first, second] = [machine.id(), machine.id()];
    const failed = machine.run('run', first);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('error running poststart hook');
    machine.gone(first);
    machine.create(first);
    const { status, stderr } = machine.run('start', first);
    expect({ status, stderr: stderr.includes('error running poststart hook') }).toEqual({
      status: 1,
      stderr: true,
    });
    machine.gone(first);
    machine.config(['true'], { hooks: { poststop: failing } });
    const warned = machine.run('run', second);
    expect(warned.status).toBe(0);
    expect(warned.stderr).toContain('level=warning');
    machine.gone(second);
  });

  it('has a terminal when the config asks for one', () => {
    machine.config(['sh', '-c', 'tty; test -t 0 && test -t 1'], { process: { terminal: true } });
    const { status, stdout } = machine.run('run', machine.id());
    expect({ status, stdout }).toEqual({ status: 0, stdout: '/dev/pts/0\n' });
  });
});
