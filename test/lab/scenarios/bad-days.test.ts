import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { busyboxImage } from '../../integration/cli/busybox-archive.ts';
import { daemonPid, docker, engineAnswers, startWithEngine } from '../berth-on-machine.ts';
import type { LabMachine } from '../machine/lab-machine.ts';
import { reportFailure } from '../report-failure.ts';

const slowMs = 1_200_000;

/** Counts seconds, so that a gap in its output would show. */
const ticking = `sh -c 'n=0; while :; do n=$((n+1)); echo tick $n; sleep 1; done'`;

/*
 * What a server lives through, on one machine: each test leaves the engine answering for the next.
 */
describe('on a machine with systemd', () => {
  let machine: LabMachine;

  beforeAll(async () => {
    machine = await startWithEngine();
  }, slowMs);
  afterAll(() => machine.stop());
  beforeEach(() => {
    onTestFailed(() => reportFailure(machine));
  });

  /** Starts a container that ticks, and waits for its first word. */
  async function startTicking(name: string): Promise<void> {
    await machine.must(
      `${docker} run --detach --network none --name ${name} ${busyboxImage} ${ticking}`,
    );
    await machine.must(`until ${docker} logs ${name} | grep -q tick; do sleep 0.2; done`);
  }

  const stateOf = (name: string) =>
    machine.must(`${docker} inspect --format '{{.State.Status}}' ${name}`);

  /** Numbers that the container printed so far. */
  async function ticks(name: string): Promise<readonly number[]> {
    const lines = (await machine.must(`${docker} logs ${name}`)).split('\n');
    return lines.map((line) => Number(line.replace('tick ', '')));
  }

  const from1To = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

  test(
    'containers outlive a killed engine, and systemd starts a new one',
    async () => {
      await startTicking('survivor');
      const container = await machine.must(`${docker} inspect --format '{{.State.Pid}}' survivor`);
      const killed = await daemonPid(machine);
      await machine.must(`kill -KILL ${killed}`);
      await engineAnswers(machine);
      expect(await daemonPid(machine)).not.toBe(killed);
      // One restart, not several: the new engine came up the first time.
      expect(await machine.must('systemctl show --property NRestarts --value berth')).toBe('1');
      expect(await machine.must(`${docker} inspect --format '{{.State.Pid}}' survivor`)).toBe(
        container,
      );
      expect(await stateOf('survivor')).toBe('running');
      const seen = await ticks('survivor');
      expect(seen).toEqual(from1To(seen.length));
      await machine.must(`${docker} rm --force survivor`);
    },
    slowMs,
  );

  test(
    'containers outlive an engine that is restarted in order',
    async () => {
      await startTicking('steady');
      const pid = await machine.must(`${docker} inspect --format '{{.State.Pid}}' steady`);
      await machine.must('systemctl restart berth');
      await engineAnswers(machine);
      // The old one ended by itself: systemd had no need to kill it.
      const forced = "journalctl --unit berth --grep 'timed out' --output cat || true";
      expect(await machine.must(forced)).not.toContain('timed out');
      expect(await machine.must(`${docker} inspect --format '{{.State.Pid}}' steady`)).toBe(pid);
      await machine.must(`${docker} rm --force steady`);
    },
    slowMs,
  );

  test(
    'a reboot ends containers, and the engine is back with what it knew',
    async () => {
      await startTicking('rebooted');
      const from = machine.console.position;
      await machine.reboot();
      // Containers ended in time, not by the force that systemd uses after minutes.
      expect(machine.console.since(from)).not.toContain('Waiting for process');
      await engineAnswers(machine);
      expect(await stateOf('rebooted')).toBe('exited');
      expect((await ticks('rebooted'))[0]).toBe(1);
      await machine.must(`${docker} start rebooted`);
      expect(await stateOf('rebooted')).toBe('running');
      await machine.must(`${docker} rm --force rebooted`);
    },
    slowMs,
  );

  test(
    'a power cut leaves nothing half-made',
    async () => {
      await startTicking('cut');
      // The cut comes in the middle of work: containers are made as fast as the machine can.
      const one = `${docker} run --rm --network none ${busyboxImage} true`;
      const made = machine.run(`while ${one}; do echo >>/run/made; done`);
      await machine.must('until [ "$(wc --lines </run/made)" -ge 5 ]; do :; done 2>/dev/null');
      await machine.powerCut();
      await made.catch(() => undefined);
      await machine.powerOn();
      await engineAnswers(machine);
      expect(await stateOf('cut')).toBe('exited');
      expect(await machine.must(`${docker} ps --quiet`)).toBe('');
      expect(await machine.must('find /sys/fs/cgroup/berth -mindepth 1 -type d || true')).toBe('');
      expect(await machine.must(`${docker} run --rm --network none ${busyboxImage} echo on`)).toBe(
        'on',
      );
      await machine.must(`${docker} rm $(${docker} ps --all --quiet)`);
      expect(await machine.must('ls /var/lib/berth/containers /run/berth/containers')).not.toMatch(
        /[0-9a-f]{12}/,
      );
    },
    slowMs,
  );
});
