import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { notifyListenerProgram } from '../../../runtime/launch/channels/notify-listener.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { notifyProgram } from '../../../runtime/syscall/notify-program.ts';
import { OciMachine } from './oci-machine.ts';
import { serviceManager } from './service-manager.ts';

let machine: OciMachine;
let launcher: Launcher;
let id: string;
let host: string;
beforeAll(async () => {
  machine = new OciMachine();
  mkdirSync(join(machine.rootfs, 'run'));
  launcher = await Launcher.start();
});
afterAll(async () => {
  await launcher.stop();
  machine.dispose();
});
beforeEach(() => {
  id = machine.id();
  host = join(machine.folder, `${id}.host`);
  rmSync(join(machine.rootfs, 'socket'), { force: true });
});

interface Running {
  readonly child: ChildProcess;
  /** The exit status, and what was said. */
  readonly ended: Promise<{ readonly status: number | null; readonly log: string }>;
}

/** Begins a command with NOTIFY_SOCKET in its environment. */
function begin(...args: readonly string[]): Running {
  const log = join(machine.folder, `${id}.${args[0] ?? ''}.log`);
  const [program, ...words] = machine.command('--log', log, ...args);
  const env = { ...process.env, NOTIFY_SOCKET: host };
  const child = spawn(program, words, { cwd: machine.bundle, env, stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    child,
    ended: ended.then((status) => ({ status, log: readFileSync(log, 'utf8') })),
  };
}

const pidOf = (): number => Number(machine.state(id)['pid']);

/** Resolves when the container has its program and the socket is there. */
async function started(): Promise<void> {
  const marked = (): boolean => existsSync(join(machine.rootfs, 'socket'));
  await expect.poll(marked, { timeout: 20_000 }).toBe(true);
}

/** Says something in the container. */
async function say(text: string): Promise<void> {
  const socket = `/proc/${pidOf()}/root/run/notify/notify.sock`;
  await launcher.run(notifyProgram({ socket, text, sender: process.pid }));
}

/** One that listens already, and is killed then: of its socket, which stays, nobody is to be kept off. */
async function anotherStart(): Promise<void> {
  const other = await Launcher.start();
  const folder = join(machine.root, id, 'notify');
  await other.spawn(notifyListenerProgram({ folder, pid: pidOf(), host }));
  const second = await begin('start', id).ended;
  expect(second.status).toBe(1);
  expect(second.log).toContain('cannot start a container that is being started');
  await say('STATUS=it is heard still');
  await other.stop();
  expect(existsSync(join(folder, 'notify.sock'))).toBe(true);
}

const script = 'test -S "$NOTIFY_SOCKET" && echo "$NOTIFY_SOCKET" > /socket; exec sleep';

describe('NOTIFY_SOCKET', () => {
  it('is waited for by start, and told of the first process', async () => {
    machine.config(['sh', '-c', `${script} 1000`]);
    const { heard } = await serviceManager(launcher, { path: host, count: 2 });
    expect(await begin('create', id).ended).toEqual({ status: 0, log: '' });
    await anotherStart();
    const start = begin('start', id);
    await started();
    await say('STATUS=READY=0\nREADY');
    await say('STATUS=up\nREADY=1\nSTATUS=still up');
    expect(await start.ended).toMatchObject({ status: 0 });
    expect(await heard).toEqual([`READY=1\nMAINPID=${pidOf()}\n`, 'BARRIER=1']);
    expect(readFileSync(join(machine.rootfs, 'socket'), 'utf8')).toBe('/run/notify/notify.sock\n');
    machine.ok('delete', '--force', id);
    machine.gone(id);
  });

  it('is waited for by run --detach', async () => {
    machine.config(['sh', '-c', `${script} 1000`]);
    const { heard } = await serviceManager(launcher, { path: host, count: 2 });
    const run = begin('run', '--detach', id);
    await started();
    await say('READY=1');
    expect(await run.ended).toEqual({ status: 0, log: '' });
    expect(await heard).toEqual([`READY=1\nMAINPID=${pidOf()}\n`, 'BARRIER=1']);
    machine.ok('delete', '--force', id);
    machine.gone(id);
  });

  it('of a run in the foreground is told of that, which stays', async () => {
    machine.config(['sh', '-c', `${script} 1000`]);
    const { heard } = await serviceManager(launcher, { path: host, count: 1 });
    const { child, ended } = begin('run', id);
    await started();
    await say('READY=1');
    expect(await heard).toEqual([`READY=1\nMAINPID=${child.pid ?? 0}\n`]);
    expect(machine.state(id)).toMatchObject({ status: 'running' });
    machine.ok('kill', id, 'KILL');
    expect(await ended).toEqual({ status: 137, log: '' });
    machine.gone(id);
  });

  it('holds nobody up when the container ends without a word', async () => {
    machine.config(['true']);
    await serviceManager(launcher, { path: host, count: 1 });
    expect(await begin('run', '--detach', id).ended).toEqual({ status: 0, log: '' });
    machine.ok('delete', id);
    machine.gone(id);
  });
});

describe('NOTIFY_SOCKET that nobody hears is left out with a warning:', () => {
  it('none there, none that could be, one of streams', async () => {
    machine.config(['sleep', '1000']);
    const server = createServer().listen(`${host}.stream`);
    await new Promise((resolve) => server.once('listening', resolve));
    const names = [host, 'vsock:2:1234', `/${'x'.repeat(120)}`, `${host}.stream`];
    const wanted = ['ENOENT', 'wanted a path from', 'wanted a path from', 'EPROTOTYPE'];
    const statuses = await Promise.all(
      names.map(async (name, i) => {
        [host, id] = [name, machine.id()];
        const own = id;
        const { status, log } = await begin('run', '--detach', own).ended;
        expect(log).toContain('level=warning');
        expect(log).toContain(wanted[i]);
        expect(machine.state(own)).toMatchObject({ status: 'running' });
        machine.ok('delete', '--force', own);
        return status;
      }),
    );
    expect(statuses).toEqual([0, 0, 0, 0]);
    await new Promise((resolve) => server.close(resolve));
  });

  it('a container that was created without', async () => {
    machine.config(['sleep', '1000']);
    machine.create(id);
    const { status, log } = await begin('start', id).ended;
    expect(status).toBe(0);
    expect(log).toContain('the container was created without it');
    machine.ok('delete', '--force', id);
    machine.gone(id);
  });
});
