import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../runtime/host/clock.ts';
import { planHooks } from '../../../runtime/launch/hooks/hooks-plan.ts';
import { runLateHooks } from '../../../runtime/launch/hooks/hooks-program.ts';
import { hookWarning } from '../../../runtime/launch/hooks/report.ts';
import { OciRuntime } from '../../../runtime/launch/oci-runtime.ts';
import { removeCgroups } from '../../../runtime/launch/cgroups/remove-cgroups.ts';
import { startCreated } from '../../../runtime/launch/start-created.ts';
import { hookKinds } from '../../../runtime/spec/hook-kinds.ts';
import { useHookNotes } from './hook-notes.ts';
import { type Change } from './machine.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();
const notes = useHookNotes(machine);
let runtime: OciRuntime;
beforeAll(async () => {
  runtime = await OciRuntime.open();
});
afterAll(async () => {
  await runtime.stop();
});

/** Makes a container as an engine would have it; `end` waits for its end and removes its cgroups. */
async function create(
  change: Change,
): Promise<{ readonly runDir: string; readonly end: () => Promise<number | undefined> }> {
  const { id, spec, runDir } = machine().request(['touch', `${notes().folder}/program`], {
    ...notes().shared,
    ...change,
  });
  const rootfs = machine().image('').slice(0, -1);
  const request = { id, spec, runDir, bundle: machine().folder, rootfs, then: 'wait' as const };
  const { waiter, cgroup } = await runtime.create(request);
  const end = async (): Promise<number | undefined> => {
    const status = await waiter?.exitStatus;
    await removeCgroups(cgroup.remove, systemClock);
    return status;
  };
  return { runDir, end };
}

it('a container for another engine runs those of its creation, then those of its start', async () => {
  const hooks = Object.fromEntries(
    hookKinds.map((kind) => [kind, [notes().script(`echo ${kind} >> $notes/order`)]]),
  );
  const container = await create({ hooks });
  expect(notes().read('order')).toBe('prestart\ncreateRuntime\ncreateContainer\n');
  expect(existsSync(`${notes().folder}/program`)).toBe(false);
  await startCreated(container.runDir);
  expect(await container.end()).toBe(0);
  expect(notes().read('order')).toBe('prestart\ncreateRuntime\ncreateContainer\nstartContainer\n');
});

it('what is mounted below the root file system of the bundle is in the container', async () => {
  const mount = (name: string): string => {
    const folder = machine().image(name);
    return `mkdir -p ${folder} && mount -t tmpfs hook ${folder} && touch ${folder}/made`;
  };
  const inside = `nsenter -m -t $(sed 's/.*"pid":\\([0-9]*\\).*/\\1/')`;
  const container = await create({
    hooks: {
      createRuntime: [notes().script(`${inside} sh -c '${mount('one')}'`)],
      createContainer: [notes().script(mount('two'))],
      startContainer: [notes().script('test -e /one/made && test -e /two/made')],
    },
  });
  await startCreated(container.runDir);
  expect(await container.end()).toBe(0);
  expect(existsSync(machine().image('one/made'))).toBe(false);
});

it('a hook that fails ends the creation', async () => {
  const hooks = {
    createRuntime: [notes().script('exit 4')],
    poststop: [notes().script('cat > $notes/end')],
  };
  await expect(create({ hooks })).rejects.toMatchObject({
    code: 'HOOK_FAILED',
    details: { kind: 'createRuntime', value: 4 },
  });
  expect(JSON.parse(notes().read('end'))).toMatchObject({
    status: 'stopped',
    bundle: machine().folder,
  });
});

it('a hook that fails ends the start, and the container', async () => {
  const container = await create({
    hooks: { startContainer: [notes().script('echo no; exit 4')] },
  });
  await expect(startCreated(container.runDir)).rejects.toMatchObject({
    code: 'HOOK_FAILED',
    details: { kind: 'startContainer', value: 4, output: 'no' },
  });
  expect(await container.end()).toBe(1);
  expect(existsSync(`${notes().folder}/program`)).toBe(false);
});

it('late ones are run by themselves, and all of them', async () => {
  const { spec } = machine().request(['true'], {
    hooks: { poststop: [{ path: '/no/such' }, notes().script('cat > $notes/state; exit 2')] },
  });
  const plan = planHooks(spec, { id: 'box', bundle: machine().folder });
  const failures = await runLateHooks(machine().launcher, plan, { kind: 'poststop' });
  expect(failures.map(hookWarning)).toEqual([
    'poststop hook failed (cannot be executed: ENOENT): hooks.poststop[0] /no/such',
    'poststop hook failed with exit code 2: hooks.poststop[1] /bin/sh',
  ]);
  expect(JSON.parse(notes().read('state'))).toMatchObject({ id: 'box', status: 'stopped' });
  expect(await runLateHooks(machine().launcher, plan, { kind: 'poststart', pid: 1 })).toEqual([]);
});
