import { afterAll, afterEach, beforeAll } from 'vitest';
import { Machine } from './machine.ts';
import { expectNothingLeft } from './own-leftovers.ts';

/** A machine for the tests of a file, each of which must leave nothing; call what it returns inside of them. */
export function useMachine(): () => Machine {
  let made: Machine | undefined;
  const machine = (): Machine => {
    if (!made) throw new Error('the machine is made before the tests');
    return made;
  };
  beforeAll(async () => {
    made = await Machine.create();
  });
  afterAll(async () => {
    await made?.dispose();
  });
  afterEach(() => expectNothingLeft(machine()));
  return machine;
}
