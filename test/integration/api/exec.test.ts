import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { ContainerEvent } from '../../../runtime/container/events/container-event.ts';
import { busyboxArchive } from './busybox-image.ts';
import { ask, post } from './raw-http.ts';
import type { HttpAnswer } from './raw-http.ts';
import { TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;
let id: string;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
});
afterAll(() => daemon.destroy());
beforeEach(async () => {
  const args = ['run', '-d', '--name', 'box', '--network', 'none', 'bb', 'sleep', '1000'];
  id = (await daemon.docker(args)).stdout.trim();
});
afterEach(async () => {
  await daemon.docker(['rm', '-f', 'box']);
  expect(daemon.problems).toEqual([]);
});

const get = (path: string): Promise<HttpAnswer> => ask(daemon.socket, { path });
const json = (answer: HttpAnswer): Record<string, unknown> =>
  JSON.parse(answer.body) as Record<string, unknown>;

async function create(config: object): Promise<string> {
  const answer = await post(daemon.socket, '/containers/box/exec', config);
  expect(answer.status).toBe(201);
  return String(json(answer)['Id']);
}

const inspect = async (exec: string): Promise<Record<string, unknown>> =>
  json(await get(`/exec/${exec}/json`));
const start = (exec: string, body: object = {}): Promise<HttpAnswer> =>
  post(daemon.socket, `/exec/${exec}/start`, body);
const execIds = async (): Promise<unknown> => json(await get('/containers/box/json'))['ExecIDs'];

describe('an exec instance', () => {
  test('is shown in all its phases as Docker shows it', async () => {
    expect(await execIds()).toBeNull();
    const exec = await create({
      Cmd: ['sh', '-c', 'exit 5'],
      User: '7:8',
      Privileged: true,
      AttachStdout: true,
      DetachKeys: 'ctrl-a',
    });
    expect(exec).toMatch(/^[0-9a-f]{64}$/);
    expect(await execIds()).toEqual([exec]);
    const shown = {
      ID: exec,
      Running: false,
      ExitCode: null,
      ProcessConfig: {
        tty: false,
        entrypoint: 'sh',
        arguments: ['-c', 'exit 5'],
        privileged: true,
        user: '7:8',
      },
      OpenStdin: false,
      OpenStderr: false,
      OpenStdout: true,
      CanRemove: false,
      ContainerID: id,
      DetachKeys: 'AQ==',
      Pid: 0,
    };
    expect(await inspect(exec)).toEqual(shown);
    // The headers of a connection that is handed over, without an upgrade: Docker's older way.
    const started = await start(exec, { Detach: false, Tty: false });
    expect({ status: started.status, body: started.body }).toEqual({ status: 200, body: '' });
    expect(await inspect(exec)).toEqual({
      ...shown,
      ExitCode: 5,
      Pid: expect.any(Number) as number,
    });
    expect(await execIds()).toBeNull();
  });

  test('is told of in events', async () => {
    const events: ContainerEvent[] = [];
    const stop = daemon.engine.onEvent((event) => events.push(event));
    const exec = await create({ Cmd: ['sh', '-c', 'exit 3'] });
    await start(exec);
    stop();
    expect(events.map(({ action, attributes }) => [action, attributes])).toEqual([
      ['exec_create: sh -c exit 3', { execID: exec }],
      ['exec_start: sh -c exit 3', { execID: exec }],
      ['exec_die', { execID: exec, exitCode: '3' }],
    ]);
  });

  test('can be started once', async () => {
    const exec = await create({ Cmd: ['true'], AttachStdout: true });
    await start(exec);
    const words = `exec command ${exec} has already run`;
    const again = await start(exec, { Detach: true });
    expect([again.status, json(again)['message']]).toEqual([409, words]);
    // Once the headers are out, what is wrong comes in the stream.
    const attached = await start(exec);
    expect(attached.status).toBe(200);
    expect(attached.body).toContain(`${words}\r\n`);
  });

  test.each([
    [['nosuch'], 127, 'executable file not found in $PATH'],
    [['/etc'], 126, 'permission denied'],
  ])('of %j has exit code %i', async (command, exitCode, why) => {
    const exec = await create({ Cmd: command });
    const answer = await start(exec, { Detach: true });
    expect(answer.status).toBe(400);
    expect(json(answer)['message']).toContain(why);
    expect(await inspect(exec)).toMatchObject({ ExitCode: exitCode, Running: false });
    expect(await execIds()).toBeNull();
  });

  test('has no inheritable and no ambient capabilities, whoever it runs as (CVE-2022-24769)', async () => {
    const look = ['sh', '-c', 'grep -hE "CapInh|CapAmb" /proc/self/status | cut -f2'];
    for (const options of [[], ['--privileged'], ['-u', '7'], ['--privileged', '-u', '7']]) {
      const { stdout } = await daemon.docker(['exec', ...options, 'box', ...look]);
      expect(stdout).toBe('0000000000000000\n0000000000000000\n');
    }
  });
});

describe('what cannot be executed', () => {
  test.each([
    ['nobody', { Cmd: ['true'] }, 404, 'No such container: nobody'],
    ['box', {}, 400, 'No exec command specified'],
    ['box', { Cmd: [] }, 400, 'No exec command specified'],
    ['box', { Cmd: 'true' }, 400, 'Cmd'],
    ['box', { Cmd: ['true'], Tty: 'yes' }, 400, 'Tty'],
    ['box', { Cmd: ['true'], Env: [1] }, 400, 'Env'],
    ['box', { Cmd: ['true'], ConsoleSize: [1] }, 400, 'ConsoleSize'],
    ['box', { Cmd: ['true'], DetachKeys: 'ctrl-' }, 400, 'ctrl-'],
    ['box', { Cmd: ['true'], User: 'nobody-there' }, 400, 'unable to find user nobody-there'],
  ])('in %s: %j is %i', async (name, body, status, words) => {
    const answer = await post(daemon.socket, `/containers/${name}/exec`, body);
    expect(answer.status).toBe(status);
    expect(json(answer)['message']).toContain(words);
    expect(await execIds()).toBeNull();
  });

  test('is not there, or its container is not', async () => {
    for (const path of ['/exec/none/start', '/exec/none/resize?h=1&w=1']) {
      const answer = await post(daemon.socket, path, {});
      expect([answer.status, json(answer)['message']]).toEqual([
        404,
        'No such exec instance: none',
      ]);
    }
    expect((await get('/exec/none/json')).status).toBe(404);
    const exec = await create({ Cmd: ['true'] });
    await daemon.docker(['kill', 'box']);
    await daemon.docker(['wait', 'box']);
    const message = `container ${id} is not running`;
    for (const path of [`/exec/${exec}/start`, '/containers/box/exec']) {
      const answer = await post(daemon.socket, path, { Cmd: ['true'], Detach: true });
      expect([answer.status, json(answer)['message']]).toEqual([409, message]);
    }
    expect((await get(`/exec/${exec}/json`)).status).toBe(200);
    await daemon.docker(['rm', 'box']);
    expect((await get(`/exec/${exec}/json`)).status).toBe(404);
    expect((await start(exec)).status).toBe(404);
  });

  test('is resized', async () => {
    const exec = await create({ Cmd: ['sh', '-c', 'exit 0'], Tty: true });
    expect((await post(daemon.socket, `/exec/${exec}/resize?h=x&w=1`)).status).toBe(400);
    expect((await start(exec, { Tty: true })).status).toBe(200);
    expect((await post(daemon.socket, `/exec/${exec}/resize?h=10&w=20`)).status).toBe(200);
  });
});
