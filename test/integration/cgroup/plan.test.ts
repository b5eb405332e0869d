import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { hasErrno } from '../../../runtime/host/files.ts';
import { detectCgroups } from '../../../runtime/cgroup/detect.ts';
import { planCgroup } from '../../../runtime/cgroup/plan.ts';
import type { CgroupPlan } from '../../../runtime/cgroup/cgroup-plan.ts';
import { resourcesSchema } from '../../../runtime/spec/resources.ts';
import type { ResourcesInput } from '../../../runtime/spec/resources.ts';

/** A plan carried out with plain file writes, as the launcher carries it out with system calls. */
class RealCgroup {
  readonly plan: CgroupPlan;

  private constructor(plan: CgroupPlan) {
    this.plan = plan;
  }

  static async make(resources: ResourcesInput): Promise<RealCgroup> {
    const cgroup = new RealCgroup(
      planCgroup({
        layout: await detectCgroups(),
        path: `/berth-test-${process.pid}/container`,
        resources: resourcesSchema.parse(resources),
      }),
    );
    for (const folder of cgroup.plan.create) {
      await mkdir(folder).catch((error: unknown) => {
        if (!hasErrno(error, 'EEXIST')) throw error;
      });
    }
    for (const { file, value, onError } of cgroup.plan.writes) {
      await writeFile(file, value, { flag: 'r+' }).catch((error: unknown) => {
        if (onError === 'fail') throw error;
      });
    }
    return cgroup;
  }

  /** Runs a shell in the cgroup, which waits for its script until it is in all hierarchies. */
  async run(
    script: string,
  ): Promise<{ code: number | null; signal: string | null; output: string }> {
    const shell: ChildProcessWithoutNullStreams = spawn('/bin/sh', [
      '-c',
      'read go; eval "$go" 2>&1',
    ]);
    const output = text(shell.stdout);
    for (const file of this.plan.join) await writeFile(file, String(shell.pid), { flag: 'r+' });
    shell.stdin.end(`${script}\n`);
    const [code, signal] = (await once(shell, 'exit')) as [number | null, string | null];
    return { code, signal, output: await output };
  }

  read(controller: string, file: string): Promise<string> {
    const hierarchy = this.plan.hierarchies.find(
      ({ controllers }) => controllers.length === 0 || controllers.includes(controller),
    );
    return readFile(`${hierarchy?.folder ?? ''}/${file}`, 'utf8');
  }

  async remove(): Promise<void> {
    for (const folder of this.plan.create.toReversed()) await removeWhenEmpty(folder);
  }
}

/** A killed shell's children may outlive it by a moment, and their cgroup with them. */
async function removeWhenEmpty(folder: string): Promise<void> {
  for (const end = Date.now() + 10_000; ;) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      if (!hasErrno(error, 'EBUSY') || Date.now() > end) throw error;
    }
  }
}

describe('a planned cgroup on this host', () => {
  let cgroup: RealCgroup | undefined;
  const make = async (resources: ResourcesInput): Promise<RealCgroup> =>
    (cgroup = await RealCgroup.make(resources));

  afterEach(async () => {
    await cgroup?.remove();
    cgroup = undefined;
  });

  it('has the limits that were asked for', async (context) => {
    const { version } = await detectCgroups();
    const made = await make({
      memory: { limit: 64 * 2 ** 20, swap: 64 * 2 ** 20 },
      cpu: { shares: 512, quota: 50_000, period: 20_000 },
      pids: { limit: 50 },
    });
    if (version === 'v2') context.skip();
    expect(await made.read('memory', 'memory.limit_in_bytes')).toBe(`${64 * 2 ** 20}\n`);
    expect(await made.read('memory', 'memory.memsw.limit_in_bytes')).toBe(`${64 * 2 ** 20}\n`);
    expect(await made.read('cpu', 'cpu.shares')).toBe('512\n');
    expect(await made.read('cpu', 'cpu.cfs_quota_us')).toBe('50000\n');
    expect(await made.read('cpu', 'cpu.cfs_period_us')).toBe('20000\n');
    expect(await made.read('pids', 'pids.max')).toBe('50\n');
    expect(made.plan.unsupported).toEqual([]);
  });

  it('puts a process into every hierarchy', async () => {
    const made = await make({});
    const { output } = await made.run('cat /proc/self/cgroup');
    const own = output
      .split('\n')
      .filter((line) => line.endsWith(`/berth-test-${process.pid}/container`));
    expect(own).toHaveLength(made.plan.join.length);
  });

  it('stops a fork at the process limit', async () => {
    const made = await make({ pids: { limit: 2 } });
    const enough = await made.run('/bin/true; echo end');
    expect(enough.output).toBe('end\n');
    // The shell and one child are two: a pipe of three needs more.
    const { output } = await made.run('/bin/true | /bin/true | /bin/true; echo end');
    expect(output).toMatch(/fork/i);
  });

  it('kills what takes more memory than allowed, and counts it', async () => {
    const made = await make({ memory: { limit: 16 * 2 ** 20, swap: 16 * 2 ** 20 } });
    const { output } = await made.run('head -c 100m /dev/zero | tail -c 90m | wc -c');
    expect(output).not.toContain(String(90 * 2 ** 20));
    const { file = '', key = '' } = made.plan.oomCounter ?? {};
    const counter = (await readFile(file, 'utf8'))
      .split('\n')
      .find((line) => line.startsWith(`${key} `));
    expect(Number(counter?.split(' ')[1])).toBeGreaterThan(0);
  });

  it('keeps devices closed that are not allowed', async (context) => {
    const made = await make({});
    if (made.plan.unsupported.length > 0) context.skip();
    // /dev/kmsg is readable for root, but in no list.
    const { output } = await made.run('head -c 1 /dev/kmsg | wc -c; head -c 3 /dev/zero | wc -c');
    expect(output).toMatch(/not permitted/);
    expect(output).toMatch(/3\n$/);
  });

  it('freezes and thaws', async (context) => {
    const made = await make({});
    const { freezer } = made.plan;
    if (freezer === undefined) return context.skip();
    await writeFile(freezer.file, freezer.freeze, { flag: 'r+' });
    expect(await readFile(freezer.frozen.file, 'utf8')).toContain(freezer.frozen.text);
    await writeFile(freezer.file, freezer.thaw, { flag: 'r+' });
    expect(await readFile(freezer.frozen.file, 'utf8')).not.toContain(freezer.frozen.text);
  });
});

describe('detectCgroups', () => {
  it('sees what is mounted here', async () => {
    const layout = await detectCgroups();
    expect(layout.version === 'v2' ? [...layout.controllers] : Object.keys(layout.mounts)).toEqual(
      expect.arrayContaining(['memory', 'pids', 'cpu']),
    );
  });

  it('says so when nothing is mounted', async () => {
    await expect(detectCgroups('/dev/null')).rejects.toMatchObject({ code: 'CGROUP_UNAVAILABLE' });
  });
});
