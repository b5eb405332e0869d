import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { docker, engineAnswers } from '../berth-on-machine.ts';
import { bundleTo, installLine, installOnly } from '../bundle-on-machine.ts';
import { difference, hostState, type HostState } from '../host-state.ts';
import { LabMachine } from '../machine/lab-machine.ts';
import { cutPower, timed } from '../power-cut.ts';
import { random } from '../../support/random.ts';
import { reportFailure } from '../report-failure.ts';
import { withoutWhatStays } from '../what-stays.ts';

const slowMs = 1_800_000;
/** Cuts of each verb; more for a campaign. */
const rounds = Number(process.env['BERTH_LAB_CUTS'] ?? '3');
const next = random(process.env['BERTH_LAB_SEED']);

/*
 * The power goes at a random moment of up and of down. What the machine had not yet written is lost with it. The next
 * command finds a host that it can bring to where it was going, or back.
 */
describe(`a power cut, seed ${next.seed}`, () => {
  let machine: LabMachine;
  let before: HostState;
  const lasts = { up: 0, down: 0 };

  beforeAll(async () => {
    machine = await LabMachine.start({ stock: 'bare' });
    await bundleTo(machine);
    await machine.must(installLine);
    await machine.must('berth down --purge --yes');
    await machine.must(installOnly);
    before = await hostState(machine);
    lasts.up = await timed(machine, 'berth up --yes');
    lasts.down = await timed(machine, 'berth down --yes');
    await machine.must(installOnly);
  }, slowMs);
  afterAll(() => machine.stop());
  beforeEach(() => {
    onTestFailed(() => reportFailure(machine));
  });

  /** The power goes at some moment of a command that usually takes as long as given. */
  const cutDuring = (command: string, lastsMs: number): Promise<void> =>
    cutPower(machine, { command, afterMs: Math.round(next.number() * lastsMs) });

  test.each(Array.from({ length: rounds }, (_, index) => index + 1))(
    'during up, number %d: the next up comes to its end',
    async () => {
      await cutDuring('berth up --yes', lasts.up);
      await machine.must('berth up --yes');
      await engineAnswers(machine);
      expect(await machine.must(`${docker} run --rm --network none hello-world`)).toContain(
        'Hello',
      );
      await machine.must('berth down --yes');
      await machine.must(installOnly);
    },
    slowMs,
  );

  test.each(Array.from({ length: rounds }, (_, index) => index + 1))(
    'during down, number %d: the next down leaves the machine as it was',
    async () => {
      await machine.must('berth up --yes');
      await cutDuring('berth down --purge --yes', lasts.down);
      // The command itself may be gone already.
      await machine.must(installOnly);
      await machine.must('berth down --purge --yes');
      await machine.must(installOnly);
      const left = withoutWhatStays(difference(before, await hostState(machine)));
      expect(left).toEqual({});
    },
    slowMs,
  );
});
