import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identify } from '../../../runtime/host/process-identity.ts';
import { OciMachine } from './oci-machine.ts';

let machine: OciMachine;
beforeAll(() => {
  machine = new OciMachine();
});
afterAll(() => {
  machine.dispose();
});

const stateFile = (id: string): string => join(machine.root, id, 'state.json');

/** A container that runs, and the number of its process. */
function running(): { readonly id: string; readonly pid: number } {
  const id = machine.id();
  machine.config(['sleep', '1000']);
  machine.detached(id);
  return { id, pid: Number(machine.state(id)['pid']) };
}

const damages: Readonly<Record<string, (text: string) => string>> = {
  'cut short': (text) => text.slice(0, 40),
  empty: () => '',
  'of a later berth': (text) => text.replace('"berth":1', '"berth":2'),
};

describe.each(Object.entries(damages))('a state file that is %s', (_name, damage) => {
  it('is an error, and the container can be removed by force all the same', async () => {
    const { id, pid } = running();
    writeFileSync(stateFile(id), damage(readFileSync(stateFile(id), 'utf8')));
    for (const command of ['state', 'kill', 'start', 'delete']) {
      const { status, stderr } = machine.run(command, id);
      expect(status).toBe(1);
      expect(stderr).toContain('OCI_STATE_INVALID');
      expect(stderr).toContain('delete --force');
    }
    // The others are still listed.
    const { status, stderr } = machine.run('list');
    expect(status).toBe(0);
    expect(stderr).toContain(`load container ${id}`);
    expect(await identify(pid)).toBeDefined();
    machine.ok('delete', '--force', id);
    expect(await identify(pid)).toBeUndefined();
    machine.gone(id);
  });
});

it('a state file that is missing is removed by force, with the container', async () => {
  const { id, pid } = running();
  rmSync(stateFile(id));
  expect(machine.run('state', id).stderr).toContain('container does not exist');
  machine.ok('delete', '--force', id);
  expect(await identify(pid)).toBeUndefined();
  machine.gone(id);
});

it('a process that got the number of the container is not taken for it', async () => {
  const { id } = running();
  machine.ok('kill', id, '9');
  const other = spawn('sleep', ['1000']);
  try {
    const text = readFileSync(stateFile(id), 'utf8');
    writeFileSync(stateFile(id), text.replace(/"pid":\d+/, `"pid":${other.pid ?? 0}`));
    expect(machine.state(id)).toMatchObject({ status: 'stopped', pid: 0 });
    expect(machine.run('kill', id, '9').stderr).toContain('container not running');
    machine.ok('delete', '--force', id);
    expect(await identify(other.pid ?? 0)).toBeDefined();
  } finally {
    other.kill('SIGKILL');
  }
  machine.gone(id);
});

it('of several at once with one id, one succeeds', async () => {
  const id = machine.id();
  machine.config(['sleep', '1000']);
  expect(await machine.atOnce(3, 'create', id)).toEqual([0, 1, 1]);
  expect(machine.state(id)).toMatchObject({ status: 'created' });
  expect(await machine.atOnce(2, 'start', id)).toEqual([0, 1]);
  expect(machine.state(id)).toMatchObject({ status: 'running' });
  expect(await machine.atOnce(3, 'delete', '--force', id)).toEqual([0, 0, 0]);
  machine.gone(id);
});
