import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { kill } from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CreatedContainer, OciRuntime } from '../../../runtime/launch/oci-runtime.ts';
import { removeCgroups } from '../../../runtime/launch/cgroups/remove-cgroups.ts';
import { startCreated } from '../../../runtime/launch/start-created.ts';
import { systemClock } from '../../../runtime/host/clock.ts';
import { isAlive } from '../../support/processes.ts';
import { type Change } from './machine.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();
let runtime: OciRuntime;
beforeAll(async () => {
  runtime = await OciRuntime.open();
});
afterAll(async () => {
  await runtime.stop();
});

interface Created extends CreatedContainer {
  readonly runDir: string;
  readonly cgroupPath: string;
  /** The exit status; its cgroups are removed by then. */
  end(): Promise<number | undefined>;
}

async function create(args: readonly string[], change: Change = {}): Promise<Created> {
  const { id, spec, runDir } = machine().request(args, change);
  const created = await runtime.create({
    id,
    spec,
    runDir,
    bundle: machine().folder,
    rootfs: machine().image(''),
    then: 'wait',
  });
  const end = async (): Promise<number | undefined> => {
    const status = await created.waiter?.exitStatus;
    await removeCgroups(created.cgroup.remove, systemClock);
    return status;
  };
  return { ...created, runDir, cgroupPath: spec.linux.cgroupsPath ?? '', end };
}

it('is made without its program, which its start executes', async () => {
  writeFileSync(machine().image('tmp/mark'), 'before');
  const container = await create(['sh', '-c', 'echo after > /tmp/mark; exit 7']);
  expect(readFileSync(`/proc/${container.pid}/cmdline`, 'utf8')).not.toContain('/tmp/mark');
  expect(readFileSync(machine().image('tmp/mark'), 'utf8')).toBe('before');
  await startCreated(container.runDir);
  expect(await container.end()).toBe(7);
  expect(readFileSync(machine().image('tmp/mark'), 'utf8')).toBe('after\n');
});

it('is started once', async () => {
  const container = await create(['sleep', '60']);
  await startCreated(container.runDir);
  const again = startCreated(container.runDir);
  await expect(again).rejects.toMatchObject({ code: 'CONTAINER_NOT_CREATED' });
  kill(container.pid, 'SIGKILL');
  expect(await container.end()).toBe(137);
  const late = startCreated(container.runDir);
  await expect(late).rejects.toMatchObject({ code: 'CONTAINER_NOT_CREATED' });
});

it.each([
  [['none'], 'EXEC_NOT_FOUND'],
  [['/bin/none'], 'EXEC_NOT_FOUND'],
  [['/tmp'], 'EXEC_NOT_EXECUTABLE'],
])('is not made when there is no program %s: %s', async (args, code) => {
  await expect(create(args)).rejects.toMatchObject({ code });
});

it('tells whoever starts it what went wrong then', async () => {
  writeFileSync(machine().image('tmp/garbage'), 'neither a script nor a program', { mode: 0o755 });
  const container = await create(['/tmp/garbage']);
  const started = startCreated(container.runDir);
  await expect(started).rejects.toMatchObject({
    code: 'EXEC_NOT_EXECUTABLE',
    details: { program: '/tmp/garbage', errno: 'ENOEXEC' },
  });
  expect(await container.end()).toBe(1);

  const nowhere = await create(['true'], { process: { cwd: '/bin/true' } });
  await expect(startCreated(nowhere.runDir)).rejects.toMatchObject({
    code: 'START_FAILED',
    details: { step: 'enter /bin/true', errno: 'ENOTDIR' },
  });
  await nowhere.end();
});

it('is not made in a cgroup that somebody has frozen, where it would stand still for ever', async () => {
  const path = `/berth/frozen-${process.pid}`;
  const [folder, file, text] = existsSync('/sys/fs/cgroup/freezer')
    ? [`/sys/fs/cgroup/freezer${path}`, 'freezer.state', 'FROZEN']
    : [`/sys/fs/cgroup${path}`, 'cgroup.freeze', '1'];
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${file}`, text);
  await expect(create(['true'], { linux: { cgroupsPath: path } })).rejects.toMatchObject({
    code: 'START_FAILED',
    message: expect.stringContaining("container's cgroup unexpectedly frozen") as string,
  });
  // It was there before.
  rmdirSync(folder);
});

it('warns of a cgroup that others are in', async () => {
  const first = await create(['sleep', '60']);
  const linux = { cgroupsPath: first.cgroupPath };
  const second = await create(['true'], { linux });
  expect(first.warnings).toEqual([]);
  expect(second.warnings).toEqual([
    expect.stringContaining("container's cgroup is not empty") as string,
  ]);
  kill(first.pid, 'SIGKILL');
  kill(second.pid, 'SIGKILL');
  await first.waiter?.exitStatus;
  await second.end();
});

it('waits on when whoever made it is gone', async () => {
  const { id, spec, runDir } = machine().request(['true']);
  const other = await OciRuntime.open();
  const rootfs = machine().image('');
  const request = { id, spec, runDir, rootfs, bundle: machine().folder };
  const { pid, cgroup, waiter } = await other.create({ ...request, then: 'leave' });
  expect(waiter).toBeUndefined();
  await other.stop();
  await startCreated(runDir);
  await expect.poll(() => isAlive(pid)).toBe(false);
  await removeCgroups(cgroup.remove, systemClock);
});
