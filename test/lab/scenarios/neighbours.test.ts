import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { busyboxImage } from '../../integration/cli/busybox-archive.ts';
import { docker as onBerth } from '../berth-on-machine.ts';
import { bundleTo, installAgain, installLine, loadBusybox } from '../bundle-on-machine.ts';
import { LabMachine } from '../machine/lab-machine.ts';
import { reportFailure } from '../report-failure.ts';

const slowMs = 1_200_000;
const docker = 'docker --host unix:///run/docker.sock';

/*
 * A server with Docker in use and a strict firewall.
 */
describe('beside a Docker with three containers and a firewall that drops', () => {
  let machine: LabMachine;

  /** What must stay as it is: which containers run, as which processes, and every rule. */
  const neighbours = async (): Promise<string> =>
    machine.must(
      [
        `${docker} inspect --format '{{.Name}} {{.State.Status}} {{.State.Pid}}' one two three`,
        'nft --stateless list ruleset',
        'cat /etc/docker/daemon.json',
        'systemctl is-active docker docker.socket',
      ].join(' && '),
    );

  beforeAll(async () => {
    machine = await LabMachine.start();
    await bundleTo(machine);
    await machine.must(
      'mkdir /etc/docker && echo \'{"log-level": "warn"}\' >/etc/docker/daemon.json',
    );
    await machine.must('apt-get install -y -qq --no-install-recommends docker.io nftables');
    await machine.must(
      `nft 'table inet strict { chain incoming { type filter hook input priority 0; policy drop; iif lo accept; tcp dport 22 accept; ct state established accept; }; chain passing { type filter hook forward priority 0; policy drop; }; }'`,
    );
    await loadBusybox(machine, docker);
    // The kernel has AppArmor; Debian only recommends the package that Docker needs for a profile of its own.
    for (const name of ['one', 'two', 'three']) {
      await machine.must(
        `${docker} run --detach --restart always --security-opt apparmor=unconfined --volume ${name}:/data --name ${name} ${busyboxImage} sh -c 'echo ${name} >/data/name; sleep 100000'`,
      );
    }
  }, slowMs);
  afterAll(() => machine.stop());
  beforeEach(() => {
    onTestFailed(() => reportFailure(machine));
  });

  test(
    'up and down leave both untouched',
    async () => {
      const before = await neighbours();
      const said = await machine.must(`${installLine} --yes`);
      expect(said).toContain('3 containers (3 running)');
      expect(said).toContain('Hello from berth!');
      expect(await neighbours()).toBe(before);
      await machine.must('berth down --purge --yes');
      expect(await neighbours()).toBe(before);
    },
    slowMs,
  );

  test(
    '--replace-docker takes over images and volumes; down gives Docker its place back',
    async () => {
      const said = await machine.must(
        `${installAgain} --yes --docker-socket --replace-docker --import-docker images,volumes`,
      );
      expect(said).toContain('volume "two" imported');
      expect(await machine.run('systemctl is-active docker')).toMatchObject({ exitCode: 3 });
      expect(
        await machine.must(`${onBerth} run --rm --network none ${busyboxImage} echo taken`),
      ).toBe('taken');
      expect(await machine.must('cat /var/lib/berth/volumes/two/_data/name')).toBe('two');
      await machine.must('berth down --purge --yes');
      expect(await machine.must('systemctl is-active docker')).toBe('active');
      await machine.must(`until [ "$(${docker} ps --quiet | wc -l)" = 3 ]; do sleep 0.5; done`);
    },
    slowMs,
  );
});
