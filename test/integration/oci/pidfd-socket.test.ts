import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { OciMachine } from './oci-machine.ts';
import { leaveSocket, receivePidfd } from './pidfd-receiver.ts';

let machine: OciMachine;
let launcher: Launcher;
beforeAll(async () => {
  machine = new OciMachine();
  launcher = await Launcher.start();
});
afterAll(async () => {
  await launcher.stop();
  machine.dispose();
});

describe('--pidfd-socket', () => {
  it.each(['create', 'run'])('of %s gets the first process', async (command) => {
    const [id, path] = [machine.id(), join(machine.folder, `${command}.sock`)];
    machine.config(['sleep', '1000']);
    const { kill } = await receivePidfd(launcher, path);
    if (command === 'create') machine.create(id, '--pidfd-socket', path);
    else machine.detached(id, '--pidfd-socket', path);
    expect(await kill()).toBe('standard');
    await machine.reaches(id, 'stopped');
    machine.ok('delete', id);
    machine.gone(id);
  });

  it('of exec gets the process, and not that of the container', async () => {
    const [id, path] = [machine.id(), join(machine.folder, 'exec.sock')];
    machine.config(['sleep', '1000']);
    machine.detached(id);
    const { kill } = await receivePidfd(launcher, path);
    const [program, ...words] = machine.command('exec', '--pidfd-socket', path, id, 'sleep', '999');
    const exec = spawn(program, words, { stdio: 'ignore' });
    const status = new Promise((resolve) => exec.once('exit', resolve));
    await expect.poll(() => machine.ok('ps', id), { timeout: 20_000 }).toContain('sleep 999');
    expect(await kill()).toBe('setns');
    expect(await status).toBe(137);
    expect(machine.state(id)).toMatchObject({ status: 'running' });
    machine.ok('delete', '--force', id);
    machine.gone(id);
  });
});

/** The process would be nobody's: nothing is to be left of it, and of exec's program nothing is to be executed. */
describe('a pidfd socket that takes nothing', () => {
  const stale = 'stale.sock';
  beforeAll(async () => {
    await leaveSocket(launcher, join(machine.folder, stale));
  });

  it.each([
    ['is not there', 'nobody.sock', 'ENOENT'],
    ['has nobody behind it', stale, 'ECONNREFUSED'],
  ])('ends everything when it %s', (_what, name, errno) => {
    const [id, running] = [machine.id(), machine.id()];
    const path = join(machine.folder, name);
    const complaint = {
      status: 1,
      stderr: expect.stringMatching(
        new RegExp(`pidfd socket ${path}: ${errno}.*OCI_SOCKET_UNREACHABLE.*--pidfd-socket`),
      ) as string,
    };
    machine.config(['sleep', '1000']);
    for (const command of ['create', 'run'])
      expect(machine.run(command, '--pidfd-socket', path, id)).toMatchObject(complaint);
    machine.gone(id);

    const mark = join(machine.rootfs, 'mark');
    machine.detached(running);
    const exec = machine.run('exec', '--pidfd-socket', path, running, 'touch', '/mark');
    expect(exec).toMatchObject({ ...complaint, status: 255 });
    expect(existsSync(mark)).toBe(false);
    machine.ok('delete', '--force', running);
  });

  it('is refused by name when its path is too long, or for what cannot be restored with it', () => {
    machine.config(['true']);
    const long = machine.run('create', '--pidfd-socket', 'x'.repeat(108), machine.id());
    expect(long.status).toBe(1);
    expect(long.stderr).toMatch(/--pidfd-socket has \d+ bytes, wanted a path of at most 107/);
    const restored = machine.run('restore', '--pidfd-socket', 'x', machine.id());
    expect(restored.stderr).toContain('--pidfd-socket is not supported');
  });
});
