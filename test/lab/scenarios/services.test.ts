import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { busyboxImage } from '../../integration/cli/busybox-archive.ts';
import { daemonPid, docker, engineAnswers, startWithEngine } from '../berth-on-machine.ts';
import type { LabMachine } from '../machine/lab-machine.ts';
import { reportFailure } from '../report-failure.ts';

const slowMs = 1_200_000;

/* The engine as a service of systemd (docs/services.md), on one machine: each test leaves it running for the next. */
describe('as a service of systemd, the engine', () => {
  let machine: LabMachine;
  let stubborn: string;

  beforeAll(async () => {
    machine = await startWithEngine();
    // A shell that is PID 1 and ignores SIGTERM.
    const script = `trap "" TERM; while :; do sleep 1000; done`;
    await machine.must(
      `${docker} run -d --network none --name stubborn ${busyboxImage} sh -c '${script}'`,
    );
    stubborn = await containerPid();
  }, slowMs);
  afterAll(() => machine.stop());
  beforeEach(() => {
    onTestFailed(() => reportFailure(machine));
  });

  const containerPid = () => machine.must(`${docker} inspect --format '{{.State.Pid}}' stubborn`);
  const show = (property: string) =>
    machine.must(`systemctl show --property ${property} --value berth`);
  const setting = (text: string) =>
    machine.must(
      'mkdir -p /run/systemd/system/berth.service.d && cat >/run/systemd/system/berth.service.d/test.conf && systemctl daemon-reload',
      { input: Readable.from([`[Service]\n${text}\n`]) },
    );
  const noSetting = () =>
    machine.must('rm -r /run/systemd/system/berth.service.d; systemctl daemon-reload');

  test('says when it is ready, in a message of its own', async () => {
    expect(await show('Type')).toBe('notify');
    expect(await show('NotifyAccess')).toBe('main');
    expect(await show('StatusText')).toBe('serving /run/berth/berth.sock');
    expect(await machine.must('systemctl is-active berth berth.socket')).toBe('active\nactive');
    expect(await machine.must('stat --format "%a %G" /run/berth/berth.sock')).toBe('660 berth');
  });

  test(
    'keeps clients waiting, not failing, while it restarts',
    async () => {
      const asked = machine.run(
        `for i in $(seq 20); do ${docker} version --format '{{.Server.Os}}' || echo refused; done`,
      );
      await machine.must('systemctl restart berth');
      const { stdout } = await asked;
      expect([...new Set(stdout.trim().split('\n'))]).toEqual(['linux']);
      expect(await containerPid()).toBe(stubborn);
    },
    slowMs,
  );

  test(
    'is restarted when it hangs, and who asked meanwhile is answered by the next one',
    async () => {
      await setting('WatchdogSec=20');
      await machine.must('systemctl restart berth');
      const hung = await daemonPid(machine);
      await machine.must(`kill -STOP ${hung}`);
      expect(await machine.must(`${docker} version --format '{{.Server.Os}}'`)).toBe('linux');
      expect(await daemonPid(machine)).not.toBe(hung);
      expect(await show('NRestarts')).toBe('1');
      expect(await containerPid()).toBe(stubborn);
      await noSetting();
      await machine.must('systemctl restart berth');
    },
    slowMs,
  );

  test(
    'reads its configuration again',
    async () => {
      const pid = await daemonPid(machine);
      await machine.must('systemctl reload berth');
      await machine.must(
        "until journalctl --unit berth --grep 'read again' --quiet >/dev/null; do sleep 0.2; done",
      );
      expect(await show('ActiveState')).toBe('active');
      expect(await daemonPid(machine)).toBe(pid);
    },
    slowMs,
  );

  test(
    'takes nothing from containers by what its unit forbids',
    async () => {
      const run = (options: string, script: string) =>
        machine.must(
          `${docker} run --rm --network none ${options} ${busyboxImage} sh -c '${script}'`,
        );
      expect(await run('', 'grep NoNewPrivs /proc/self/status')).toBe('NoNewPrivs:\t0');
      expect(await run('--privileged', 'grep CapEff /proc/self/status')).toBe(
        'CapEff:\t000001ffffffffff',
      );
      expect(await run('--device /dev/vda', 'head -c 4 /dev/vda | wc -c')).toBe('4');
      const numbers = await machine.must('stat --format "%Hr %Lr" /dev/vda');
      const disk = `mknod /tmp/disk b ${numbers}; head -c 4 /tmp/disk | wc -c`;
      expect(await run('--privileged', disk)).toBe('4');
      expect(
        await run('--cap-add SYS_TIME', 'date -s "$(date "+%F %T")" >/dev/null; echo $?'),
      ).toBe('0');
    },
    slowMs,
  );

  test('lives in the mount namespace of the host, so that mounts can pass between that and containers', async () => {
    const [own, host] = await Promise.all(
      [await daemonPid(machine), 1].map((pid) => machine.must(`readlink /proc/${pid}/ns/mnt`)),
    );
    expect(own).toBe(host);
  });

  test(
    'ends containers when the machine goes down, and is there again for clients from the beginning',
    async () => {
      const from = machine.console.position;
      await machine.reboot();
      // What systemd says when it waits its 90 s for a process that ignores SIGTERM.
      expect(machine.console.since(from)).not.toContain('Waiting for process');
      // No waiting here: the socket is there before the engine, and holds the client.
      const state = await machine.must(`${docker} inspect --format '{{.State.ExitCode}}' stubborn`);
      expect(state).toBe('137');
      const last = "journalctl --boot=-1 --unit berth --output cat --grep 'containers are stopped'";
      expect(await machine.must(last)).toContain('"containers":1');
      await engineAnswers(machine);
    },
    slowMs,
  );
});
