import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LabMachine } from '../machine/lab-machine.ts';

const slowMs = 1_200_000;

/* What the other scenarios take for granted of the lab itself. */
describe('a machine of the lab', () => {
  let machine: LabMachine;

  beforeAll(async () => {
    machine = await LabMachine.start();
  }, slowMs);
  afterAll(() => machine.stop());

  test('is Debian 12 with systemd, all of it running', async () => {
    expect(await machine.must('. /etc/os-release; echo $VERSION_CODENAME')).toBe('bookworm');
    expect(await machine.must('systemctl is-system-running --wait')).toBe('running');
  });

  test('tells a status and output from errors', async () => {
    expect(await machine.run('echo out; echo err >&2; exit 3')).toEqual({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    await expect(machine.must('exit 3')).rejects.toThrow('status 3');
    expect(await machine.must('cat', { input: 'given' })).toBe('given');
  });

  test('reaches nothing outside', async () => {
    // 10.0.2.2 is this machine, as QEMU's network shows it to a guest that may reach it.
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { exitCode } = await machine.run(`timeout 5 bash -c '</dev/tcp/10.0.2.2/${port ?? 0}'`);
    server.close();
    expect(exitCode).not.toBe(0);
  });

  test(
    'keeps its disk over a reboot, and over a power cut what was synced',
    async () => {
      const boot = await machine.must('cat /proc/sys/kernel/random/boot_id');
      await machine.must('echo kept >/root/reboot');
      await machine.reboot();
      expect(await machine.must('cat /root/reboot')).toBe('kept');
      expect(await machine.must('cat /proc/sys/kernel/random/boot_id')).not.toBe(boot);
      await machine.must('echo kept >/root/cut; sync; echo lost >/root/unsynced');
      await machine.powerCut();
      await machine.powerOn();
      expect(await machine.must('cat /root/cut')).toBe('kept');
      expect(await machine.must('cat /root/unsynced 2>/dev/null || true')).not.toBe('lost');
    },
    slowMs,
  );

  test(
    'shuts down in order, and starts again',
    async () => {
      await machine.powerOff();
      await expect(machine.run('true')).rejects.toThrow('the machine is off');
      await machine.powerOn();
    },
    slowMs,
  );
});
