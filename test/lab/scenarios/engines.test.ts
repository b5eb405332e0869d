import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { defaultConfig } from '../../../runtime/oci/default-config.ts';
import { bundleTo, installOnly, unpackOnly } from '../bundle-on-machine.ts';
import { LabMachine } from '../machine/lab-machine.ts';
import { reportFailure } from '../report-failure.ts';

const slowMs = 1_200_000;

const rootfs = '/root/rootfs';
const count = 'i=0; while :; do i=$((i+1)); echo $i >>/tmp/count; sleep 1; done';

/* `berth oci` where systemd makes the cgroups, with the engines that ask it to, and with CRIU. */
describe('as a runtime under systemd and cgroup v2', () => {
  let machine: LabMachine;

  const oci = (command: string) => machine.must(`berth-oci --systemd-cgroup ${command}`);
  const show = (unit: string, properties: string) =>
    machine.must(`systemctl show --value --property ${properties} ${unit}`);
  /** A scope that is not there any more has no state. */
  const gone = async (unit: string) => {
    await machine.must(
      `until systemctl show --value --property LoadState ${unit} | grep -q not-found; do sleep 0.2; done`,
    );
  };

  /** Writes a bundle. */
  const bundle = async (folder: string, linux: object): Promise<void> => {
    const config = defaultConfig({ cgroup: 'v2' });
    const text = JSON.stringify({
      ...config,
      root: { path: rootfs },
      process: { ...config.process, terminal: false, args: ['sh', '-c', count] },
      linux: { ...config.linux, ...linux },
    });
    await machine.must(`mkdir -p ${folder} && cat >${folder}/config.json`, {
      input: Readable.from([text]),
    });
  };

  beforeAll(async () => {
    machine = await LabMachine.start({ stock: 'engines', memoryMb: 2048 });
    await bundleTo(machine);
    await machine.must(
      `${unpackOnly} && ${installOnly} && ln -s /opt/berth/current/bin/berth-oci /usr/local/bin/`,
    );
    await machine.must(
      `mkdir -p ${rootfs}/bin ${rootfs}/tmp && cp /bin/busybox ${rootfs}/bin && chroot ${rootfs} /bin/busybox --install -s /bin`,
    );
  }, slowMs);
  afterAll(() => machine.stop());
  beforeEach(() => {
    onTestFailed(() => reportFailure(machine));
  });

  test(
    'a container is a scope of systemd, with its limits, and gone with it',
    async () => {
      const [unit, folder] = ['try-a.scope', '/sys/fs/cgroup/machine.slice/try-a.scope'];
      await bundle('/root/a', {
        cgroupsPath: 'machine.slice:try:a',
        resources: { memory: { limit: 50_000_000 }, pids: { limit: 33 } },
      });
      await oci('run -d -b /root/a a </dev/null >/dev/null 2>&1');
      expect(await show(unit, 'ActiveState')).toBe('active');
      expect(await show(unit, 'ControlGroup')).toBe('/machine.slice/try-a.scope');
      expect(await show(unit, 'MemoryMax')).toBe('50000000');
      expect(await show(unit, 'TasksMax')).toBe('33');
      expect(await oci('exec a cat /proc/self/cgroup')).toBe('0::/');

      await oci('update --pids-limit 44 --cpu-quota 33000 --cpu-period 50000 a');
      // systemd writes what it knows of.
      await machine.must('systemctl daemon-reload');
      const limits = await machine.must(`cat ${folder}/pids.max ${folder}/cpu.max`);
      expect(limits).toBe('44\n33000 50000');

      await oci('delete --force a');
      await gone(unit);
      expect(await machine.must(`ls -d ${folder} 2>&1 || true`)).toContain('No such file');
    },
    slowMs,
  );

  test(
    'podman runs on it as it comes, with systemd as manager of its cgroups',
    async () => {
      const podman = 'podman --runtime "$(command -v berth-oci)"';
      expect(await machine.must("podman info --format '{{.Host.CgroupManager}}'")).toBe('systemd');
      const id = await machine.must(
        `${podman} run -d --name one --network none --memory 64m --rootfs ${rootfs} sleep 1000`,
      );
      expect(await show(`libpod-${id}.scope`, 'MemoryMax')).toBe('67108864');
      expect(await machine.must(`${podman} exec one cat /sys/fs/cgroup/memory.max`)).toBe(
        '67108864',
      );
      await machine.must(
        `${podman} pause one && ${podman} unpause one && ${podman} rm -f -t 0 one`,
      );
      await gone(`libpod-${id}.scope`);
    },
    slowMs,
  );

  test(
    'dockerd, too',
    async () => {
      await machine.must(
        `mkdir -p /etc/docker && echo "{\\"runtimes\\":{\\"berth\\":{\\"path\\":\\"$(command -v berth-oci)\\"}}}" >/etc/docker/daemon.json && systemctl restart docker`,
      );
      const docker = 'docker --host unix:///run/docker.sock';
      expect(await machine.must(`${docker} info --format '{{.CgroupDriver}}'`)).toBe('systemd');
      await machine.must(`tar -C ${rootfs} -c . | ${docker} import - box`);
      const id = await machine.must(
        `${docker} run -d --runtime berth --network none --security-opt apparmor=unconfined --memory 64m box sleep 1000`,
      );
      expect(await show(`docker-${id}.scope`, 'MemoryMax')).toBe('67108864');
      await machine.must(`${docker} rm -f ${id}`);
      await gone(`docker-${id}.scope`);
    },
    slowMs,
  );

  test(
    'a process that counts is written to files, and counts on from there',
    async () => {
      await bundle('/root/c', { cgroupsPath: 'machine.slice:try:c' });
      const counted = async () => Number(await machine.must(`tail -n 1 ${rootfs}/tmp/count`));
      await machine.must(`rm -f ${rootfs}/tmp/count`);
      await oci('run -d -b /root/c c </dev/null >/dev/null 2>&1');
      await machine.must(`until [ -s ${rootfs}/tmp/count ]; do sleep 0.2; done`);

      await oci('checkpoint --image-path /root/images --leave-running c');
      expect(await oci('state c')).toContain('"status": "running"');
      await machine.must('rm -r /root/images');
      await oci('checkpoint --image-path /root/images c');
      expect((await machine.run('berth-oci state c')).exitCode).toBe(1);
      await gone('try-c.scope');
      const before = await counted();

      await oci(
        'restore -d --image-path /root/images --pid-file /root/c.pid -b /root/c c </dev/null >/dev/null 2>&1',
      );
      expect(await machine.must('cat /proc/$(cat /root/c.pid)/cgroup')).toBe(
        '0::/machine.slice/try-c.scope',
      );
      expect(await oci('state c')).toContain(`"pid": ${await machine.must('cat /root/c.pid')}`);
      await machine.must(
        `until [ $(tail -n 1 ${rootfs}/tmp/count) -gt ${before} ]; do sleep 0.2; done`,
      );
      // Each number once: it has neither begun anew nor left one out.
      const all = await machine.must(`cat ${rootfs}/tmp/count`);
      const numbers = all.split('\n').map(Number);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));

      expect(await oci('exec c cat /proc/1/cmdline')).toContain('echo $i');
      await oci('kill c KILL');
      await machine.must('until berth-oci state c | grep -q stopped; do sleep 0.2; done');
      await oci('delete c');
      await gone('try-c.scope');
    },
    slowMs,
  );
});
