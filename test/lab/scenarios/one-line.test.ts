import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { docker, engineAnswers } from '../berth-on-machine.ts';
import { bundleTo, installLine, labBundle } from '../bundle-on-machine.ts';
import { difference, hostState, type HostState } from '../host-state.ts';
import { LabMachine } from '../machine/lab-machine.ts';
import { reportFailure } from '../report-failure.ts';
import { withoutWhatStays } from '../what-stays.ts';

const slowMs = 1_200_000;

/*
 * The bundle on a machine that has no network, no npm packages and no engine. Each test goes on from the one before.
 */
describe('one line on a fresh machine', () => {
  let machine: LabMachine;
  let before: HostState;

  beforeAll(async () => {
    // A server as it is rented: no Node.js either. The bundle is made meanwhile.
    [machine] = await Promise.all([LabMachine.start({ stock: 'bare' }), labBundle()]);
    await bundleTo(machine);
    before = await hostState(machine);
  }, slowMs);
  afterAll(() => machine.stop());
  beforeEach(() => {
    onTestFailed(() => reportFailure(machine));
  });

  test(
    'ends in hello-world',
    async () => {
      const { exitCode, stdout, stderr } = await machine.run(installLine);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain('Hello from berth!');
      expect(stdout).toContain('berth is up.');
    },
    slowMs,
  );

  test(
    'a second time changes nothing, and says so',
    async () => {
      const set = await hostState(machine);
      expect(await machine.must('berth up')).toContain('Nothing to change');
      expect(difference(set, await hostState(machine))).toEqual({});
    },
    slowMs,
  );

  test(
    'it is still there after a reboot',
    async () => {
      await machine.reboot();
      await engineAnswers(machine);
      expect(await machine.must(`${docker} run --rm --network none hello-world`)).toContain(
        'Hello from berth!',
      );
      expect(await machine.must('berth status')).toMatch(/active, under systemd/);
    },
    slowMs,
  );

  test(
    'down leaves the machine as it was',
    async () => {
      await machine.must('berth down --purge --yes');
      const after = await hostState(machine);
      expect(withoutWhatStays(difference(before, after))).toEqual({});
    },
    slowMs,
  );
});
