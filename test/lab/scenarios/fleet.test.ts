import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import type { FleetResult } from '../../../scripts/fleet/result.ts';
import { labBundle } from '../bundle-on-machine.ts';
import { difference, hostState, type HostState } from '../host-state.ts';
import { guestName } from '../image/guest-files.ts';
import { labKeys } from '../image/keys.ts';
import { labFolder, repository } from '../lab-folder.ts';
import { LabMachine } from '../machine/lab-machine.ts';
import { reportFailure } from '../report-failure.ts';
import { describe as describeOutcome, runCommand } from '../run-command.ts';
import { withoutWhatStays } from '../what-stays.ts';
import { removeTree } from '../../support/remove-tree.ts';

const slowMs = 2_400_000;

/*
 * Two machines without Node.js, set up and put back from here. `berth fleet` runs with a ~/.ssh of its own: in a mount
 * namespace that ends with it.
 */
describe('a fleet of two machines', () => {
  let machines: readonly LabMachine[] = [];
  let before: readonly HostState[] = [];
  let folder = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(labFolder('machines'), 'fleet-'));
    machines = [await LabMachine.start(), await LabMachine.start()];
    before = [];
    for (const machine of machines) before = [...before, await hostState(machine)];
    await writeSshFolder();
    const hosts = machines.map((machine, index) => {
      const { shellCommand } = machine;
      const port = shellCommand[shellCommand.indexOf('-p') + 1] ?? '';
      return `  - { name: m${index + 1}, address: 127.0.0.1, port: ${port}, user: root }`;
    });
    writeFileSync(join(folder, 'hosts.yaml'), `hosts:\n${hosts.join('\n')}\n`);
    // Its name says for which processor a bundle is.
    symlinkSync(await labBundle(), join(folder, 'berth-linux-x64.tar.gz'));
  }, slowMs);
  afterAll(async () => {
    for (const machine of machines) await machine.stop();
    removeTree(folder);
  });
  beforeEach(() => {
    onTestFailed(async () => {
      for (const machine of machines) await reportFailure(machine);
    });
  });

  /** The lab's key and the key of its machines, as a person has them in ~/.ssh. */
  async function writeSshFolder(): Promise<void> {
    const { client, host } = await labKeys();
    const ssh = join(folder, 'ssh');
    mkdirSync(ssh);
    chmodSync(ssh, 0o700);
    writeFileSync(join(ssh, 'known_hosts'), `${guestName} ${host.publicKey}\n`);
    const rules = [
      `HostKeyAlias ${guestName}`,
      `IdentityFile ${client.file}`,
      'IdentitiesOnly yes',
    ];
    writeFileSync(join(ssh, 'config'), `Host 127.0.0.1\n  ${rules.join('\n  ')}\n`);
  }

  function runBerth(...argv: readonly string[]): ReturnType<typeof runCommand> {
    const home = join(homedir(), '.ssh');
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const script = 'mount --make-rprivate / && mount --bind "$1" "$2" && shift 2 && exec "$@"';
    const main = [process.execPath, join(repository, 'scripts/main.ts')];
    const enter = ['sh', '-c', script, 'sh', join(folder, 'ssh'), home] as const;
    return runCommand(['unshare', '--mount', ...enter, ...main, ...argv], { timeoutMs: slowMs });
  }

  async function fleet(
    action: string,
    ...more: readonly string[]
  ): Promise<{ readonly exitCode: number; readonly result: FleetResult }> {
    const files = [
      '-i',
      join(folder, 'hosts.yaml'),
      '--bundle',
      join(folder, 'berth-linux-x64.tar.gz'),
    ];
    const logs = ['--logs', join(folder, 'logs')];
    const outcome = await runBerth('fleet', action, '--json', '--yes', ...files, ...logs, ...more);
    if (!outcome.stdout.startsWith('{')) throw new Error(describeOutcome(outcome));
    const result = JSON.parse(outcome.stdout) as FleetResult;
    expect(result.hosts.map(({ error }) => error)).toEqual([undefined, undefined]);
    return { exitCode: outcome.exitCode, result };
  }

  test(
    'is up with one command, on both, and still after a reboot',
    async () => {
      const { exitCode, result } = await fleet('up');
      expect(result.hosts).toMatchObject([
        { name: 'm1', status: 'ok', bundle: 'copied', result: { outcome: 'changed' } },
        { name: 'm2', status: 'ok', bundle: 'copied', result: { outcome: 'changed' } },
      ]);
      expect(exitCode).toBe(0);
      expect(JSON.stringify(result)).toContain('Hello from berth!');
      const [first] = machines;
      await first?.reboot();
      // Ready for orders is not yet all services started.
      expect(await first?.must('systemctl is-system-running --wait')).toBe('running');
      expect(await first?.must('systemctl is-active berth')).toBe('active');
    },
    slowMs,
  );

  test(
    'is checked, and changes nothing the second time',
    async () => {
      const check = await fleet('check');
      expect(check.result.hosts.map(({ status }) => status)).toEqual(['ok', 'ok']);
      const again = await fleet('up');
      expect(again.result.hosts).toMatchObject([
        { bundle: 'there', result: { outcome: 'unchanged' } },
        { bundle: 'there', result: { outcome: 'unchanged' } },
      ]);
    },
    slowMs,
  );

  test(
    'is as it was after down',
    async () => {
      const { exitCode, result } = await fleet('down', '--purge');
      expect(result.hosts.map(({ status }) => status)).toEqual(['ok', 'ok']);
      expect(exitCode).toBe(0);
      // The first one was rebooted, upon which systemd's own mounts get other numbers.
      const [, machine] = machines;
      const [, was] = before;
      if (machine === undefined || was === undefined) throw new Error('wanted two machines');
      const left = withoutWhatStays(difference(was, await hostState(machine)));
      const { units = { gone: [], added: [] }, ...others } = left;
      expect(others).toEqual({});
      // The fleet's own login, which systemd has yet to forget.
      const added = units.added.filter((line) => !/^session-\d+\.scope /.test(line));
      expect({ gone: units.gone, added }).toEqual({ gone: [], added: [] });
    },
    slowMs,
  );
});
