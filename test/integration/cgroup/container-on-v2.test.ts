import { rmdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readHostFacts } from '../../../runtime/launch/host-facts.ts';
import { MonitorConnection } from '../../../runtime/launch/monitor/connection.ts';
import { planStart } from '../../../runtime/launch/plan-start.ts';
import { FilterCache } from '../../../runtime/launch/seccomp/filter-cache.ts';
import { startProgram } from '../../../runtime/launch/start-program.ts';
import { type Change, Machine, records } from '../launch/machine.ts';
import { unifiedMount } from './unified-mount.ts';

const mount = unifiedMount();

// On a hybrid host cgroup v2 has no controllers, but programs: enough for a container to live in it.
describe.skipIf(mount === undefined)('a container in cgroup v2', () => {
  const folder = `${mount ?? ''}/berth-test-${process.pid}`;
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.create();
  });
  afterAll(async () => {
    await machine.dispose();
  });
  afterEach(() => {
    // Fails when the monitor has left the container's own folder in it.
    rmdirSync(folder);
  });

  /** Runs a script in a container as on a host with cgroup v2 alone; gives what it wrote. */
  async function shell(script: string, change: Change = {}): Promise<string> {
    const facts = await readHostFacts();
    const cgroups = {
      version: 'v2',
      mount: mount ?? '',
      controllers: new Set<string>(),
      hugePageSizes: [],
    } as const;
    const request = machine.request(['sh', '-c', `exec 2>&1; ${script}`], {
      ...change,
      linux: { cgroupsPath: `/berth-test-${process.pid}/container`, ...change.linux },
    });
    const { plan } = await planStart(request, {
      host: { ...facts, cgroups },
      filters: new FilterCache(facts.architecture),
    });
    await machine.launcher.spawn(startProgram(plan, { ...request, name: 'start' }));
    await (
      await MonitorConnection.open(request.runDir)
    )?.closed;
    return records(request.logFile)
      .map(({ payload }) => payload)
      .join('')
      .trim();
  }

  it('sees its own cgroup as the root', async () => {
    expect(await shell('grep ^0: /proc/self/cgroup; cat /sys/fs/cgroup/cgroup.procs')).toMatch(
      /^0::\/\n1\b/,
    );
  });

  it('can make a node for a disk of the host, but not open it', async () => {
    const output = await shell(
      'mknod /disk b 7 0 && echo made; head -c 1 /disk | wc -c; head -c 4 /dev/zero | wc -c; ulimit -l',
    );
    const [made, refused, ...rest] = output.split('\n');
    expect([made, ...rest]).toEqual(['made', '0', '4', await lockedMemory()]);
    expect(refused).toContain('Operation not permitted');
  });

  // Major number 254 has no driver: "No such device" is said to those that may use it.
  const disk = 'mknod /disk b 254 1; cat </disk; echo >/disk; echo <>/disk';

  it('has the devices that it was given, for what it was given them', async () => {
    const devices = [{ allow: true, type: 'b', major: 254, access: 'r' }] as const;
    const output = await shell(disk, { linux: { resources: { devices: [...devices] } } });
    expect(output.split('\n')).toEqual([
      expect.stringContaining('No such device'),
      expect.stringContaining('Operation not permitted'),
      expect.stringContaining('Operation not permitted'),
    ]);
  });

  it('has all devices when all are allowed', async () => {
    const output = await shell(disk, { linux: { resources: { devices: [{ allow: true }] } } });
    expect(output.match(/No such device/g)).toHaveLength(3);
  });

  /** The limit of a process of this machine, as the shell says it. */
  function lockedMemory(): Promise<string> {
    return machine.shell('ulimit -l');
  }
});
