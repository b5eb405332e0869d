import { mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hookKinds } from '../../../runtime/spec/hooks.ts';
import type { Hook, HookKind } from '../../../runtime/spec/hooks.ts';
import { expectAsBefore, type Leftovers, leftovers } from '../../support/leftovers.ts';
import { Machine } from './machine.ts';

let machine: Machine;
let before: Leftovers;
let notes: string;
let number = 0;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(async () => {
  await machine.dispose();
});
beforeEach(() => {
  before = leftovers();
  number += 1;
  notes = `${machine.folder}/notes-${number}`;
  mkdirSync(notes);
  // Seen by all hooks: on the host as it is, in the container as a mount.
  mkdirSync(machine.image(notes.slice(1)), { recursive: true });
});
afterEach(async () => {
  await expectAsBefore(before);
});

/** A hook that is a shell script, which finds `$notes`. */
function script(text: string, more: Partial<Hook> = {}): Hook {
  return {
    path: '/bin/sh',
    args: ['sh', '-c', `notes=${notes}; ${text}`],
    env: ['PATH=/usr/bin:/bin'],
    ...more,
  };
}

function note(name: string): string {
  return readFileSync(`${notes}/${name}`, 'utf8');
}

/** The folder of notes, mounted in the container where it is on the host. */
function shared(): {
  readonly mounts: { destination: string; source: string; options: string[] }[];
} {
  return { mounts: [{ destination: notes, source: notes, options: ['bind'] }] };
}

describe('all six kinds', () => {
  it('are run in their order, each list as it is written', async () => {
    const hooks = Object.fromEntries(
      hookKinds.map((kind) => [
        kind,
        [1, 2].map((n) => script(`echo ${kind} ${n} >> $notes/order`)),
      ]),
    );
    const program = `echo program >> ${notes}/order`;
    const { exit, warnings } = await machine.finish(
      machine.request(['sh', '-c', program], { hooks, ...shared() }),
    );
    expect({ code: exit.exitCode, warnings }).toEqual({ code: 0, warnings: [] });
    const order = hookKinds.flatMap((kind) => [`${kind} 1`, `${kind} 2`]);
    order.splice(order.indexOf('poststart 1'), 0, 'program');
    const seen = note('order').trim().split('\n');
    // The program runs beside poststart, and ends before poststop.
    expect(seen.filter((line) => line !== 'program')).toEqual(
      order.filter((line) => line !== 'program'),
    );
    expect(seen.indexOf('program')).toBeGreaterThan(seen.indexOf('startContainer 2'));
    expect(seen.indexOf('program')).toBeLessThan(seen.indexOf('poststop 1'));
  });

  it('get the state on standard input', async () => {
    const hooks = Object.fromEntries(
      hookKinds.map((kind) => [kind, [script(`cat > $notes/${kind}`)]]),
    );
    const annotations = { 'org.example/quoted "name"': 'line\nbreak \u20ac' };
    const request = machine.request(['cat'], { hooks, annotations, ...shared() });
    const running = await machine.start({ ...request, stdin: 'open' });
    running.monitor.stdin.end();
    await running.ended();
    const state = (kind: HookKind): unknown => JSON.parse(note(kind));
    const all = { ociVersion: '1.2.1', id: request.id, bundle: request.runDir, annotations };
    const { pid } = running;
    expect(Object.fromEntries(hookKinds.map((kind) => [kind, state(kind)]))).toEqual({
      prestart: { ...all, status: 'created', pid },
      createRuntime: { ...all, status: 'created', pid },
      createContainer: { ...all, status: 'created', pid: 1 },
      startContainer: { ...all, status: 'created', pid: 1 },
      poststart: { ...all, status: 'running', pid },
      poststop: { ...all, status: 'stopped' },
    });
  });

  it('run in the namespaces of their kind', async () => {
    const types = ['mnt', 'pid', 'uts', 'net', 'ipc', 'cgroup'] as const;
    const look = `for t in ${types.join(' ')}; do readlink /proc/self/ns/$t; done`;
    const hooks = Object.fromEntries(
      hookKinds.map((kind) => [kind, [script(`(${look}; hostname) > $notes/${kind}`)]]),
    );
    const program = `(${look}; hostname) > ${notes}/program`;
    await machine.finish(
      machine.request(['sh', '-c', program], { hooks, ...shared(), hostname: 'inside' }),
    );
    const host = types.map((type) => readlinkSync(`/proc/self/ns/${type}`)).join('\n');
    const own = readFileSync('/proc/sys/kernel/hostname', 'utf8');
    for (const kind of ['prestart', 'createRuntime', 'poststart', 'poststop'])
      expect(note(kind), kind).toBe(`${host}\n${own}`);
    for (const kind of ['createContainer', 'startContainer'])
      expect(note(kind), kind).toBe(note('program'));
    for (const namespace of host.split('\n')) expect(note('program')).not.toContain(namespace);
    expect(note('program')).toMatch(/\ninside\n$/);
  });
});
