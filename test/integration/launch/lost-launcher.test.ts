import { existsSync, writeFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { ContainerRuntime } from '../../../runtime/launch/container-runtime.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { useHookNotes } from './hook-notes.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();
const notes = useHookNotes(machine);

it('a container whose berthd is killed while it starts has its monitor, and is found', async () => {
  const { folder } = notes();
  // The start waits in a hook until berthd is gone.
  const wait = notes().script(': > $notes/begun; until [ -e $notes/go ]; do sleep 0.01; done');
  const hooks = { createRuntime: [wait] };
  const request = machine().request(['sleep', '1000'], { hooks });
  const launcher = await Launcher.start();
  const execSocket = `${machine().folder}/lost.sock`;
  const runtime = await ContainerRuntime.create(launcher, { execSocket });
  const started = runtime.start(request);
  const lost = expect(started).rejects.toMatchObject({ code: 'LAUNCHER_LOST' });
  await vi.waitFor(() => {
    expect(existsSync(`${folder}/begun`)).toBe(true);
  });
  await launcher.stop();
  await lost;
  writeFileSync(`${folder}/go`, '');

  const monitor = await machine().runtime.connect(request.runDir);
  expect(await monitor?.target()).toBeDefined();
  monitor?.signal(9);
  await monitor?.closed;
  expect(await machine().runtime.readExit(request.runDir)).toMatchObject({ exitCode: 137 });
});
