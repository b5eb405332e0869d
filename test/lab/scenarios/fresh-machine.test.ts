import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { berth, docker } from '../berth-on-machine.ts';
import { difference, hostState, type HostState } from '../host-state.ts';
import { LabMachine } from '../machine/lab-machine.ts';
import { reportFailure } from '../report-failure.ts';
import { withoutWhatStays } from '../what-stays.ts';
import { clone, cloneTo } from '../working-tree.ts';

/** Under emulation npm alone takes minutes to unpack some hundred packages. */
const slowMs = 1_200_000;

/*
 * A person's first minutes, in the order of the README. Each test goes on from the one before.
 */
describe('on a fresh machine', () => {
  let machine: LabMachine;
  let before: HostState;

  beforeAll(async () => {
    machine = await LabMachine.start();
    before = await hostState(machine);
    await cloneTo(machine);
  }, slowMs);
  afterAll(() => machine.stop());
  beforeEach(() => {
    onTestFailed(() => reportFailure(machine));
  });

  test(
    'one command ends in hello-world',
    async () => {
      const { exitCode, stdout, stderr } = await machine.run(`cd ${clone} && npm run up`);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      expect(stdout).toContain('Hello from berth!');
      expect(stdout).toContain('berth is up.');
    },
    slowMs,
  );

  test(
    'the engine is a service of systemd that starts with the machine',
    async () => {
      expect(await machine.must('systemctl is-active berth')).toBe('active');
      expect(await machine.must('systemctl is-enabled berth')).toBe('enabled');
      expect(await machine.must(berth('status'))).toMatch(/^service {3}active, under systemd$/m);
    },
    slowMs,
  );

  test(
    'the docker command runs hello-world too',
    async () => {
      const said = await machine.must(`${docker} run --rm --network none hello-world`);
      expect(said).toContain('Hello from berth!');
      expect(await machine.must(`${docker} ps --all --quiet`)).toBe('');
    },
    slowMs,
  );

  test(
    'the same command again changes nothing, and says so',
    async () => {
      const set = await hostState(machine);
      expect(await machine.must(berth('up'))).toContain('Nothing to change');
      expect(difference(set, await hostState(machine))).toEqual({});
    },
    slowMs,
  );

  test(
    'down leaves the machine as it was',
    async () => {
      await machine.must(`${docker} run --detach --network none hello-world`);
      await machine.must(berth('down --purge --yes'));
      const after = await hostState(machine);
      expect(withoutWhatStays(difference(before, after))).toEqual({});
    },
    slowMs,
  );
});
