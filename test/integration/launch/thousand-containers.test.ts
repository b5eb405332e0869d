import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAsBefore, leftovers } from '../../support/leftovers.ts';
import { Machine } from './machine.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(async () => {
  await machine.dispose();
});

it('a thousand containers, one after another, leave everything as it was', async () => {
  await run(20);
  const before = { machine: leftovers(), engine: await engine() };
  await run(1000);
  expect(await engine()).toEqual(before.engine);
  await expectAsBefore(before.machine);
}, 120_000);

async function run(count: number): Promise<void> {
  const request = machine.request(['true']);
  for (let i = 0; i < count; i += 1) {
    const { exit } = await machine.finish(request);
    if (exit.exitCode !== 0) throw new Error(`container ${i} ended with ${exit.exitCode}`);
  }
}

/** What the engine holds: memory and descriptors of the launcher, and descriptors of this process. */
async function engine(): Promise<unknown> {
  const launcher = await machine.launcher.pid();
  return {
    launcher: {
      memory: readFileSync(`/proc/${launcher}/statm`, 'utf8'),
      descriptors: readdirSync(`/proc/${launcher}/fd`),
    },
    descriptors: readdirSync('/proc/self/fd').length,
  };
}
