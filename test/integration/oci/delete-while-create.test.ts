import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../runtime/host/clock.ts';
import { endCreation } from '../../../runtime/oci/end-creation.ts';
import { OciLog } from '../../../runtime/oci/log.ts';
import { ContainerFolder } from '../../../runtime/oci/state/container-folder.ts';
import { OciMachine } from './oci-machine.ts';

/** A container whose making waits in a hook, until there is a file. */
describe('delete --force of a container that is still being created', () => {
  let machine: OciMachine;
  let id: string;
  let [at, go]: readonly string[] = [];
  beforeAll(() => {
    machine = new OciMachine();
    [at, go] = ['at', 'go'].map((name) => join(machine.folder, name));
    const script = `echo $$ > ${at ?? ''}; until [ -e ${go ?? ''} ]; do sleep 0.05; done`;
    const hook = { path: '/bin/sh', args: ['sh', '-c', script], env: ['PATH=/usr/bin:/bin'] };
    machine.config(['sleep', '1000'], { hooks: { createRuntime: [hook] } });
  });
  afterAll(() => {
    machine.dispose();
  });
  beforeEach(() => {
    for (const file of [at, go]) rmSync(file ?? '', { force: true });
    id = machine.id();
  });

  /** Begins to make it; resolves when it is in its hook. */
  async function create(): Promise<ChildProcessByStdio<null, null, Readable>> {
    const [program, ...words] = machine.command('create', id);
    const child = spawn(program, words, {
      cwd: machine.bundle,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await expect.poll(() => existsSync(at ?? ''), { timeout: 20_000 }).toBe(true);
    return child;
  }

  const hookIsThere = (): boolean =>
    existsSync(`/proc/${readFileSync(at ?? '', 'utf8').trim()}/exe`);

  it('waits until that is given up, with an error that says why', async () => {
    const creating = await create();
    const said = text(creating.stderr);
    const ended = once(creating, 'exit');
    const [program, ...words] = machine.command('delete', '--force', id);
    const deleting = spawn(program, words, { stdio: 'ignore' });
    const deleted = once(deleting, 'exit');
    const { path } = new ContainerFolder(machine, id);
    await expect.poll(() => existsSync(`${path}/unwanted`), { timeout: 20_000 }).toBe(true);
    expect(deleting.exitCode).toBe(null);
    // Nobody gets its id as long as it is not gone.
    expect(machine.run('create', id).stderr).toContain('OCI_CONTAINER_EXISTS');
    writeFileSync(go ?? '', '');
    expect(await deleted).toEqual([0, null]);
    expect(await ended).toEqual([1, null]);
    expect(await said).toContain(`container \\"${id}\\" was deleted while it was being created`);
    machine.gone(id);
  });

  it('ends what does not give it up', async () => {
    const creating = await create();
    const ended = once(creating, 'exit');
    const folder = new ContainerFolder(machine, id);
    const warnings: string[] = [];
    const log = new (class extends OciLog {
      override warn(message: string): void {
        warnings.push(message);
      }
    })({ format: 'text', level: 'info' }, systemClock);
    // A clock by which the patience is over at the second look.
    let now = 0;
    const clock = { ...systemClock, now: () => (now += 60_000) };
    await endCreation({ clock, log }, folder, await folder.readState());
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(warnings).toHaveLength(1);
    machine.ok('delete', '--force', id);
    machine.gone(id);
    await expect.poll(hookIsThere, { timeout: 20_000 }).toBe(false);
  });
});
