import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parentOf, processesNamed } from '../../support/processes.ts';
import { type Box, endBox, execRequest, execute, finish, startBox } from './executed.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();
let box: Box;
beforeEach(async () => {
  box = await startBox(machine(), machine().request(['sleep', '1000']));
});
afterEach(() => endBox(box));

/** Relays that wait or work. */
async function relays(): Promise<readonly number[]> {
  const launcher = await machine().launcher.pid();
  return processesNamed('berth-exec').filter((pid) => parentOf(pid) === launcher);
}

it('a process that is made ready is not in the container until it is wanted', async () => {
  const request = await execRequest(box, ['sh', '-c', 'echo there; exit 3']);
  const ready = await machine().runtime.readyExec(request);
  await vi.waitFor(async () => {
    expect(await relays()).toHaveLength(1);
  });
  const [relay = 0] = await relays();
  const { stdout } = await execute(box, ['sh', '-c', 'set -- /proc/[0-9]*; echo $#']);
  // The container's own, and the shell that counts.
  expect(stdout).toBe('2\n');
  expect(readFileSync(`/proc/${relay}/cgroup`, 'utf8')).not.toContain(box.request.id);
  const { session } = await ready.go();
  expect(await finish(session)).toEqual({ stdout: 'there\n', stderr: '', exitCode: 3 });
});

it('one that is dropped ends, at whatever time', async () => {
  const request = await execRequest(box, ['touch', '/tmp/ran']);
  (await machine().runtime.readyExec(request)).drop();
  const ready = await machine().runtime.readyExec(request);
  await vi.waitFor(async () => {
    expect(await relays()).toHaveLength(1);
  });
  ready.drop();
  await vi.waitFor(async () => {
    expect(await relays()).toHaveLength(0);
  });
  expect((await execute(box, ['ls', '/tmp'])).stdout).toBe('');
});

it('one whose program or container is not there says so when it is wanted', async () => {
  const missing = await machine().runtime.readyExec(await execRequest(box, ['nosuch']));
  await expect(missing.go()).rejects.toMatchObject({ code: 'EXEC_NOT_FOUND' });
  const late = await machine().runtime.readyExec(await execRequest(box, ['true']));
  await endBox(box);
  await expect(late.go()).rejects.toMatchObject({ code: 'CONTAINER_NOT_RUNNING' });
  box = await startBox(machine(), machine().request(['sleep', '1000']));
});
