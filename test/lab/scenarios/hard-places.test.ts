import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFailed,
  test,
} from 'vitest';
import { docker } from '../berth-on-machine.ts';
import { bundleTo, installAgain, installOnly, unpackOnly } from '../bundle-on-machine.ts';
import { difference, hostState, type HostState } from '../host-state.ts';
import { LabMachine } from '../machine/lab-machine.ts';
import { reportFailure } from '../report-failure.ts';
import { withoutWhatStays } from '../what-stays.ts';

const slowMs = 1_200_000;
const install = `${installAgain} --yes`;

/*
 * Hosts on which other installers give up, one after the other on one machine: whatever happened, down puts it back.
 */
describe('a hard place', () => {
  let machine: LabMachine;
  let before: HostState;

  beforeAll(async () => {
    machine = await LabMachine.start();
    await bundleTo(machine);
    await machine.must(unpackOnly);
    before = await hostState(machine);
  }, slowMs);
  afterAll(() => machine.stop());
  beforeEach(() => {
    onTestFailed(() => reportFailure(machine));
  });
  afterEach(async () => {
    // What a failed test has left would be in the way of the next one.
    await machine.run('rm -f /var/tmp/filler*; ! mountpoint -q /usr || umount --lazy /usr');
    await machine.run('berth down --purge --yes');
    const left = withoutWhatStays(difference(before, await hostState(machine)));
    expect(left).toEqual({});
  }, slowMs);

  /** Status of one check, and what it saw. */
  async function finding(id: string): Promise<{ status: string; seen: string }> {
    const { stdout } = await machine.run(`berth check --json --only ${id}`);
    const report = JSON.parse(stdout) as {
      findings: { id: string; status: string; seen: string }[];
    };
    const found = report.findings.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no finding ${id}: ${stdout}`);
    return found;
  }

  test(
    'no name server answers: it is named, and up goes on',
    async () => {
      expect(await machine.must(install)).toContain('Hello from berth!');
      const { status, seen } = await finding('dns');
      expect(status).toBe('warn');
      expect(seen).toContain('127.0.0.1');
    },
    slowMs,
  );

  test(
    'a name server that takes three seconds is told from a dead one',
    async () => {
      const server = `const s=require('dgram').createSocket('udp4');s.on('message',(q,r)=>setTimeout(()=>{const a=Buffer.from(q);a[2]|=0x80;a[7]=1;s.send(Buffer.concat([a,Buffer.from('c00c00010001000000100004c0000201','hex')]),r.port,r.address)},3000));s.bind(53,'127.0.0.1')`;
      await machine.must(`nohup node -e "${server}" >/dev/null 2>&1 & echo $! >/run/slow-dns.pid`);
      expect(await machine.must(install)).toContain('Hello from berth!');
      const { status, seen } = await finding('dns');
      await machine.must('kill "$(cat /run/slow-dns.pid)"; rm /run/slow-dns.pid');
      expect({ status, seen }).toMatchObject({ status: 'warn' });
      // And what a slow machine adds.
      expect(seen).toMatch(/"127\.0\.0\.1".* [34]\d\d\d ms/);
    },
    slowMs,
  );

  test(
    'a held package lock is waited for, and its holder named',
    async () => {
      // A package whose installation takes as long as it takes, as on any server that updates itself.
      await machine.must(
        [
          'mkdir -p /tmp/slow/DEBIAN',
          `printf 'Package: slow\\nVersion: 1\\nArchitecture: all\\nMaintainer: lab\\nDescription: slow\\n' >/tmp/slow/DEBIAN/control`,
          `printf '#!/bin/sh\\ntouch /run/slow-begun\\nuntil [ -e /run/slow-go ]; do sleep 1; done\\n' >/tmp/slow/DEBIAN/postinst`,
          'chmod 755 /tmp/slow/DEBIAN/postinst',
          'dpkg-deb --build /tmp/slow /tmp/slow.deb >/dev/null',
        ].join(' && '),
      );
      const held = machine.run('apt-get install -y -qq /tmp/slow.deb');
      await machine.must('until [ -e /run/slow-begun ]; do sleep 0.1; done');
      const under = machine.run(`${install} 2>&1 | tee /run/up.log`);
      const waiting = 'waiting for process [0-9]* (.*), which has locked the package manager';
      await machine.must(`until grep '${waiting}' /run/up.log; do sleep 0.2; done`, {
        timeoutMs: 400_000,
      });
      await machine.must('touch /run/slow-go');
      const { stdout } = await under;
      await held;
      expect(stdout).toMatch(/waiting for process \d+ \((?:.*apt-get|.*dpkg)/);
      expect(stdout).toContain('Hello from berth!');
      await machine.must('berth down --purge --yes');
      await machine.must(
        'apt-get purge -y -qq slow && rm -r /tmp/slow /tmp/slow.deb /run/slow-begun /run/slow-go /run/up.log',
      );
    },
    slowMs,
  );

  /** Fills the disk until ordinary users have nothing left: root has a reserve (mke2fs(8), -m). */
  const fill = () =>
    machine.must(`fallocate -l "$(($(stat -f -c '%a * %S' /) - 1048576))" /var/tmp/filler`);
  /** Takes root's reserve as well, the last of it by writing: fallocate(2) leaves some to the file system. */
  const fillForRoot = () =>
    machine.must(
      `fallocate -l "$(($(stat -f -c '%f * %S' /) - 67108864))" /var/tmp/filler && { head -c 67108864 /dev/zero >/var/tmp/filler-2 2>/dev/null || true; }`,
    );
  const empty = 'rm -f /var/tmp/filler /var/tmp/filler-2';

  test(
    'a full disk: a clear error, and nothing left',
    async () => {
      await fill();
      const installer = await machine.run(install);
      await machine.must(empty);
      expect(installer.exitCode).toBe(1);
      expect(installer.stderr).toMatch(/BUNDLE_NOT_INSTALLED.* 0 MiB free[\s\S]*remedy: make room/);
      await machine.must(installOnly);
      await fillForRoot();
      const up = await machine.run('berth up --yes');
      await machine.must(empty);
      expect(up.exitCode).toBe(1);
      expect(up.stderr).toMatch(/ENOSPC|no space|free space|room/i);
      expect(up.stderr).toContain('remedy');
    },
    slowMs,
  );

  test(
    'a read-only /usr: where packages are missing it is named, else up goes on',
    async () => {
      const readOnly = 'mount --bind /usr /usr && mount -o remount,bind,ro /usr';
      // Whatever was started meanwhile has its program and libraries from there.
      const writable = 'umount --lazy /usr';
      const berth = '/opt/berth/current/bin/berth';
      await machine.must(readOnly);
      const without = await machine.run(install);
      await machine.run(`${berth} down --purge --yes`);
      await machine.must(writable);
      expect(without.exitCode).toBe(1);
      expect(without.stderr).toMatch(/read-only[\s\S]*remedy/i);
      await machine.must('apt-get install -y -qq --no-install-recommends nftables');
      await machine.must(readOnly);
      const { exitCode, stdout, stderr } = await machine.run(install);
      const down = await machine.run(`${berth} down --purge --yes`);
      await machine.must(writable);
      await machine.must('apt-get purge -y -qq --auto-remove nftables');
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      expect(stdout).toContain('Hello from berth!');
      expect(down).toMatchObject({ exitCode: 0 });
    },
    slowMs,
  );

  test(
    'a clock that is a year behind, and then is put right',
    async () => {
      await machine.must(`date --set '-1 year'`);
      expect(await machine.must(install)).toContain('Hello from berth!');
      const { status } = await finding('time');
      await machine.must(`date --set '+1 year'`);
      expect(status).toBe('warn');
      expect(await machine.must(`${docker} run --rm --network none hello-world`)).toContain(
        'Hello',
      );
    },
    slowMs,
  );

  test(
    'two at once: one sets up, the other says who does',
    async () => {
      await machine.must(installOnly);
      const both = await Promise.all([
        machine.run('berth up --yes'),
        machine.run('berth up --yes'),
      ]);
      const [done, failed] = both[0].exitCode === 0 ? both : [both[1], both[0]];
      expect(done).toMatchObject({ exitCode: 0 });
      // Under emulation one may have ended before the other began: then that one has nothing to do.
      if (failed.exitCode !== 0) expect(failed.stderr).toMatch(/UP_RUNNING.*process \d+/);
      expect(await machine.must(`${docker} run --rm --network none hello-world`)).toContain(
        'Hello',
      );
    },
    slowMs,
  );
});
