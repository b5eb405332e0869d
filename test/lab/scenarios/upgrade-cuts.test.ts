import { createReadStream } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { busyboxImage } from '../../integration/cli/busybox-archive.ts';
import { UpgradeBundles } from '../../integration/scripts/support/upgrade-bundles.ts';
import { docker, engineAnswers } from '../berth-on-machine.ts';
import { bundleTo, installLine, installOnly, loadBusybox } from '../bundle-on-machine.ts';
import { difference, hostState, type HostState } from '../host-state.ts';
import { LabMachine } from '../machine/lab-machine.ts';
import { cutPower, timed } from '../power-cut.ts';
import { random } from '../../support/random.ts';
import { reportFailure } from '../report-failure.ts';
import { withoutWhatStays } from '../what-stays.ts';

const slowMs = 1_800_000;
/** More for a campaign. */
const rounds = Number(process.env['BERTH_LAB_CUTS'] ?? '3');
const next = random(process.env['BERTH_LAB_SEED']);

const newVersion = '9.9.9';
const newBundle = '/root/berth-newer.tar.gz';
const upgrade = `berth upgrade ${newBundle}`;

/*
 * The power goes at a random moment of an upgrade while a container runs. The version before and the new one are both
 * possible afterwards; half of one is not, and the container is there to be started again.
 */
describe(`a power cut during an upgrade, seed ${next.seed}`, () => {
  let machine: LabMachine;
  let before: HostState;
  let oldVersion: string;
  let lastsMs: number;

  beforeAll(async () => {
    const [started, bundles] = await Promise.all([
      LabMachine.start({ stock: 'bare' }),
      UpgradeBundles.make(),
    ]);
    machine = started;
    await bundleTo(machine);
    await machine.must(`cat >${newBundle}`, { input: createReadStream(bundles.newerArchive) });
    await bundles.remove();
    await machine.must(installLine);
    // What packages bring is there to stay: what berth itself makes is compared.
    await machine.must('berth down --purge --yes');
    before = await hostState(machine);
    await machine.must(installOnly);
    await machine.must('berth up --yes');
    oldVersion = await engineVersion();
    await loadBusybox(machine, docker);
    await machine.must(
      `${docker} run --detach --network none --name rider ${busyboxImage} sleep 100000`,
    );
    lastsMs = await timed(machine, upgrade);
    expect(await engineVersion()).toBe(newVersion);
    await backToOld();
  }, slowMs);
  afterAll(() => machine.stop());
  beforeEach(() => {
    onTestFailed(() => reportFailure(machine));
  });

  const engineVersion = () => machine.must(`${docker} version --format '{{.Server.Version}}'`);

  /** As before the first upgrade: also the new version's folder is gone. */
  async function backToOld(): Promise<void> {
    if ((await engineVersion()) !== oldVersion) await machine.must('berth upgrade --rollback');
    expect(await engineVersion()).toBe(oldVersion);
    await machine.must(`rm -rf /opt/berth/${newVersion}; sync`);
  }

  /** One whole version: the command, its service and its engine are of the same, and the container can run. */
  async function oneVersion(): Promise<string> {
    await engineAnswers(machine);
    const version = await engineVersion();
    expect(await machine.must('berth --version')).toBe(version);
    expect(await machine.must('berth status')).toMatch(/active, under systemd/);
    const started = await machine.must('systemctl show --property ExecStart berth');
    expect(started).toContain(`/opt/berth/${version}/`);
    expect(await machine.must('ls -A /opt/berth')).not.toMatch(/\.new|\.old|\.lock/);
    expect(await machine.must(`${docker} ps --all --format '{{.Names}}'`)).toBe('rider');
    await machine.must(`${docker} start rider`);
    expect(await machine.must(`${docker} inspect --format '{{.State.Running}}' rider`)).toBe(
      'true',
    );
    return version;
  }

  test.each(Array.from({ length: rounds }, (_, index) => index + 1))(
    'number %d: the same upgrade comes to its end',
    async () => {
      await cutPower(machine, { command: upgrade, afterMs: Math.round(next.number() * lastsMs) });
      await machine.must(upgrade);
      expect(await oneVersion()).toBe(newVersion);
      await backToOld();
    },
    slowMs,
  );

  test.each(Array.from({ length: rounds }, (_, index) => index + 1))(
    'number %d: another command finds one whole version, or takes the half of one back',
    async () => {
      await cutPower(machine, { command: upgrade, afterMs: Math.round(next.number() * lastsMs) });
      await machine.must('berth up --yes');
      expect([oldVersion, newVersion]).toContain(await oneVersion());
      await backToOld();
    },
    slowMs,
  );

  test(
    'down leaves the machine as it was, after all of that',
    async () => {
      await machine.must('berth down --purge --yes');
      expect(withoutWhatStays(difference(before, await hostState(machine)))).toEqual({});
    },
    slowMs,
  );
});
