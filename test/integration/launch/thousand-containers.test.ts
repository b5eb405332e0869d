import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { newOnes, openDescriptors } from '../../support/processes.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();

it('a thousand containers, one after another, leave everything as it was', async () => {
  await run(20);
  const before = await launcher();
  const descriptors = openDescriptors();
  await run(1000);
  expect(await launcher()).toEqual(before);
  expect(newOnes(openDescriptors(), descriptors)).toEqual([]);
}, 120_000);

async function run(count: number): Promise<void> {
  const request = machine().request(['true']);
  for (let i = 0; i < count; i += 1) {
    const { exit } = await machine().finish(request);
    if (exit.exitCode !== 0) throw new Error(`container ${i} ended with ${exit.exitCode}`);
  }
}

/** What the launcher holds. */
async function launcher(): Promise<unknown> {
  const pid = await machine().launcher.pid();
  return { memory: readFileSync(`/proc/${pid}/statm`, 'utf8'), descriptors: openDescriptors(pid) };
}
