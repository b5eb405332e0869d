import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { busyboxImage } from '../../integration/cli/busybox-archive.ts';
import { docker, engineAnswers } from '../berth-on-machine.ts';
import { bundleTo, installOnly, loadBusybox, unpackOnly } from '../bundle-on-machine.ts';
import { LabMachine } from '../machine/lab-machine.ts';
import { reportFailure } from '../report-failure.ts';

const slowMs = 1_200_000;

const count = 'trap "exit 7" TERM; i=0; while :; do i=$((i+1)); echo $i; sleep 1; done';

const unit = `[Service]
ExecStart=/opt/berth/current/bin/berthd
KillMode=process
Delegate=yes
Restart=always
RestartSec=100ms
`;

/* Checkpoints of the engine, with a CRIU that works on this kernel. */
describe('docker checkpoint', () => {
  let machine: LabMachine;

  const must = (command: string) => machine.must(command);
  const inspect = (name: string, format: string) =>
    must(`${docker} inspect --format '${format}' ${name}`);
  const status = (name: string) => inspect(name, '{{.State.Status}} {{.State.ExitCode}}');
  const numbers = async (name: string) =>
    (await must(`${docker} logs ${name}`)).split('\n').map(Number);
  /** The log of a container that counts has this number, or comes to it. */
  const counts = (name: string, number: number) =>
    must(`until [ "$(${docker} logs --tail 1 ${name})" -ge ${number} ]; do sleep 0.2; done`);
  /** Each number once: it has neither begun anew nor left one out. */
  const allOnce = async (name: string) => {
    const all = await numbers(name);
    expect(all).toEqual(all.map((_, index) => index + 1));
    return all.length;
  };
  const run = (name: string, options = '') =>
    must(
      `${docker} run -d --name ${name} --network none ${options} ${busyboxImage} sh -c '${count}'`,
    );
  const killDaemon = () => must('kill -9 $(systemctl show --property MainPID --value berth-lab)');
  /** What the kernel knows of the rights and mounts of a container's first process. */
  const traits = async (name: string) => {
    const pid = await inspect(name, '{{.State.Pid}}');
    return must(
      `grep -E "^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|SigCgt)" /proc/${pid}/status;` +
        ` cat /proc/${pid}/cgroup /proc/${pid}/limits /proc/${pid}/oom_score_adj;` +
        ` cut -d " " -f 5,6 /proc/${pid}/mountinfo | sort`,
    );
  };

  beforeAll(async () => {
    machine = await LabMachine.start({ stock: 'engines', memoryMb: 2048 });
    await bundleTo(machine);
    await must(`${unpackOnly} && ${installOnly}`);
    await must(`mkdir -p /etc/berth && echo '{"experimental": true}' >/etc/berth/daemon.json`);
    await must(`printf '%s' '${unit}' >/etc/systemd/system/berth-lab.service`);
    await must('systemctl daemon-reload && systemctl start berth-lab');
    await engineAnswers(machine);
    await loadBusybox(machine, docker);
  }, slowMs);
  afterAll(() => machine.stop());
  beforeEach(() => {
    onTestFailed(() => reportFailure(machine));
  });

  test(
    'a container counts on from where it was, in its own log, whatever berthd',
    async () => {
      await run('one');
      await counts('one', 3);
      expect(await must(`${docker} checkpoint create --leave-running one c0`)).toBe('c0');
      expect(await status('one')).toBe('running 0');
      expect(await must(`${docker} checkpoint create one c1`)).toBe('c1');
      expect(await status('one')).toBe('exited 137');
      expect(await must(`${docker} checkpoint ls one`)).toBe('CHECKPOINT NAME\nc0\nc1');
      const before = await allOnce('one');

      await must(`${docker} start --checkpoint c1 one`);
      await counts('one', before + 2);
      await killDaemon();
      await engineAnswers(machine);
      expect(await status('one')).toBe('running 0');
      const meanwhile = (await numbers('one')).length;
      await counts('one', meanwhile + 2);
      await allOnce('one');
      expect(await must(`${docker} exec one cat /proc/1/cmdline`)).toContain('echo $i');

      // The monitor is the parent: it has the exit status, and the last of the output.
      await must(`${docker} stop --time 60 one`);
      expect(await must(`${docker} wait one`)).toBe('7');
      expect(await status('one')).toBe('exited 7');
      await allOnce('one');

      await must(`${docker} start one`);
      expect((await numbers('one')).filter((number) => number === 1)).toHaveLength(2);
      await must(`${docker} rm -f one`);
    },
    slowMs,
  );

  test(
    'its rights, limits and mounts are the same afterwards',
    async () => {
      await must('mkdir -p /root/data && echo hello >/root/data/file');
      await run(
        'two',
        '-i --read-only --user 1000:1000 --memory 64m --cap-drop ALL --ulimit nofile=512 ' +
          '--security-opt no-new-privileges -v /root/data:/data:ro -v kept:/kept --tmpfs /tmp:mode=1777',
      );
      await counts('two', 1);
      await must(`${docker} exec two sh -c 'echo kept >/tmp/file'`);
      const before = await traits('two');
      await must(`${docker} checkpoint create --checkpoint-dir /root/checkpoints two c1`);
      await must(
        `/opt/berth/current/bin/berth start --checkpoint c1 --checkpoint-dir /root/checkpoints two`,
      );
      expect(await traits('two')).toBe(before);
      expect(await must(`${docker} exec two cat /tmp/file /data/file`)).toBe('kept\nhello');
      for (const path of ['/file', '/data/file']) {
        const { stderr } = await machine.run(`${docker} exec --user 0 two sh -c 'echo >${path}'`);
        expect(stderr).toContain('Read-only file system');
      }
      await must(`${docker} rm -f two && ${docker} volume rm kept`);
    },
    slowMs,
  );

  test(
    'a berthd that is killed over CRIU leaves the container running, and nothing else',
    async () => {
      const id = await run('three', '--restart always');
      await counts('three', 2);
      await must(
        `(${docker} checkpoint create three c1 || true) >/dev/null 2>&1 & until pgrep -x criu; do sleep 0.05; done; ` +
          'kill -9 $(systemctl show --property MainPID --value berth-lab); wait',
      );
      await engineAnswers(machine);
      const folder = `/var/lib/berth/containers/${id}/checkpoints`;
      await must(`until [ -z "$(ls -A ${folder})" ]; do sleep 0.2; done`);
      await counts('three', (await numbers('three')).length + 2);
      await allOnce('three');
      expect(await status('three')).toBe('running 0');

      // Over a restore, the container comes up by itself, or it can be started: never is there a half of one.
      await must(`${docker} checkpoint create three c1`);
      const written = await allOnce('three');
      await must(
        `(${docker} start --checkpoint c1 three || true) >/dev/null 2>&1 & until pgrep -x criu; do sleep 0.05; done; ` +
          'kill -9 $(systemctl show --property MainPID --value berth-lab); wait',
      );
      await engineAnswers(machine);
      await must(`until ! pgrep -x criu; do sleep 0.2; done`);
      await must(`${docker} start three`);
      await counts('three', written + 2);
      await must(`${docker} rm -f three`);
      const left = 'ls /sys/fs/cgroup/berth /run/berth/containers /var/lib/berth/containers';
      expect(await must(left)).not.toContain(id.slice(0, 12));
    },
    slowMs,
  );
});
