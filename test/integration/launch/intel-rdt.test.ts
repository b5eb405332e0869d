import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  findResctrl,
  type IntelRdtPlan,
  joinIntelRdt,
  makeIntelRdt,
  planIntelRdt,
} from '../../../runtime/launch/cgroups/intel-rdt.ts';
import type { IntelRdt } from '../../../runtime/spec/intel-rdt.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { Machine } from './machine.ts';
import { removeTree } from '../../support/remove-tree.ts';

// No processor here can divide its caches: a folder with the files of resctrl stands for a mount of it.
let resctrl: string;
let launcher: Launcher;
beforeAll(async () => {
  launcher = await Launcher.start();
});
afterAll(async () => {
  await launcher.stop();
});
beforeEach(() => {
  resctrl = mkdtempSync(`${tmpdir()}/berth-resctrl-`);
  return () => {
    removeTree(resctrl);
  };
});

const off = { enableCMT: false, enableMBM: false };

function plan(rdt: Partial<IntelRdt>): Promise<IntelRdtPlan> {
  return planIntelRdt({ ...off, ...rdt }, { id: 'box', resctrl });
}

/** A class as the kernel makes it with its folder. */
function makeClass(name: string, schemata = '    L3:0=7ff;1=7ff\n    MB:0=100;1=100\n'): void {
  mkdirSync(`${resctrl}/${name}/mon_groups`, { recursive: true });
  writeFileSync(`${resctrl}/${name}/schemata`, schemata);
  writeFileSync(`${resctrl}/${name}/tasks`, '');
}

async function carryOut(planned: IntelRdtPlan): Promise<void> {
  const p = new ProgramBuilder('rdt');
  makeIntelRdt(p, planned);
  joinIntelRdt(p, planned, p.compute('add', 4000, 242));
  await launcher.run(p);
}

describe('linux.intelRdt', () => {
  it('is looked for where it is mounted', () => {
    const line = '30 24 0:26 / /sys/fs/resctrl rw,relatime shared:9 - resctrl resctrl rw\n';
    const other = '29 24 0:25 / /resctrl rw - tmpfs resctrl rw\n';
    expect(findResctrl(other + line)).toBe('/sys/fs/resctrl');
    expect(findResctrl(other)).toBeUndefined();
  });

  it('does nothing when it is absent, whatever is mounted', async () => {
    const planned = await planIntelRdt(undefined, { id: 'box', resctrl });
    expect(planned).toEqual({ create: [], schemata: undefined, join: [], remove: [] });
  });

  it('without closID is a class of the container, that goes with it', async () => {
    const planned = await plan({ l3CacheSchema: 'L3:0=f', memBwSchema: 'MB:0=20' });
    const folder = `${resctrl}/box`;
    expect(planned.create).toEqual([folder]);
    expect(planned.remove).toEqual([folder]);
    makeClass('box');
    await carryOut(planned);
    expect(readFileSync(`${folder}/tasks`, 'utf8')).toBe('4242');
    expect(readFileSync(`${folder}/schemata`, 'utf8').startsWith('L3:0=f\nMB:0=20\n')).toBe(true);
  });

  it('leaves schemata alone when it says nothing of it', async () => {
    makeClass('gold', 'as it was');
    const planned = await plan({ closID: 'gold' });
    expect(planned).toMatchObject({ create: [], schemata: undefined, remove: [] });
    await carryOut(planned);
    expect(readFileSync(`${resctrl}/gold/schemata`, 'utf8')).toBe('as it was');
    expect(readFileSync(`${resctrl}/gold/tasks`, 'utf8')).toBe('4242');
  });

  it('with closID makes the class when it is missing, and keeps it', async () => {
    const planned = await plan({ closID: 'gold', l3CacheSchema: 'L3:0=f' });
    expect(planned).toEqual({
      create: [`${resctrl}/gold`],
      schemata: { file: `${resctrl}/gold/schemata`, value: 'L3:0=f\n' },
      join: [`${resctrl}/gold/tasks`],
      remove: [],
    });
  });

  it('takes the line of memBwSchema, not one of l3CacheSchema', async () => {
    const l3CacheSchema = 'L3:0=f\nMB:0=90\nL3CODE:0=1';
    expect((await plan({ l3CacheSchema })).schemata?.value).toBe(`${l3CacheSchema}\n`);
    const both = await plan({ l3CacheSchema, memBwSchema: 'MB:0=20' });
    expect(both.schemata?.value).toBe('L3:0=f\nL3CODE:0=1\nMB:0=20\n');
  });

  it('takes a class that is as it should be, however the kernel writes it', async () => {
    makeClass('gold', '    MB:0= 20;1=100\n    L3:0=00f;1=7ff\n');
    const planned = await plan({ closID: 'gold', l3CacheSchema: 'L3:0=F', memBwSchema: 'MB:0=20' });
    expect(planned).toMatchObject({ create: [], schemata: undefined });
  });

  it.each([
    [{ closID: 'gold', l3CacheSchema: 'L3:0=ff' }, 'l3CacheSchema'],
    [{ closID: 'gold', l3CacheSchema: 'L3:7=f' }, 'l3CacheSchema'],
    [{ closID: 'gold', memBwSchema: 'MB:0=30' }, 'memBwSchema'],
    [{ closID: 'silver' }, 'closID'],
    [{ closID: 'gold', enableCMT: true }, 'enableCMT'],
    [{ enableMBM: true }, 'enableMBM'],
  ])('%j is refused by its field', async (rdt, field) => {
    makeClass('gold', 'MB:0=20\nL3:0=f\n');
    await expect(plan(rdt)).rejects.toMatchObject({
      code: 'SPEC_UNSUPPORTED',
      details: { fields: [`linux.intelRdt.${field}`] },
    });
  });

  it('counts for the container alone, in a class of others', async () => {
    makeClass('gold');
    mkdirSync(`${resctrl}/info/L3_MON`, { recursive: true });
    const features = 'llc_occupancy\nmbm_total_bytes\nmbm_local_bytes\n';
    writeFileSync(`${resctrl}/info/L3_MON/mon_features`, features);
    const planned = await plan({ closID: 'gold', enableCMT: true, enableMBM: true });
    const counters = `${resctrl}/gold/mon_groups/box`;
    expect(planned).toMatchObject({ create: [counters], remove: [counters] });
    mkdirSync(counters);
    writeFileSync(`${counters}/tasks`, '');
    await carryOut(planned);
    expect(readFileSync(`${counters}/tasks`, 'utf8')).toBe('4242');
  });

  it('is refused where no resctrl is mounted', async () => {
    const machine = await Machine.create();
    try {
      const mounted = findResctrl(readFileSync('/proc/self/mountinfo', 'utf8'));
      if (mounted !== undefined) return;
      const request = machine.request(['true'], { linux: { intelRdt: {} } });
      await expect(machine.runtime.start(request)).rejects.toMatchObject({
        code: 'SPEC_UNSUPPORTED',
        message: "The config sets 'linux.intelRdt', but no resctrl is mounted on this host.",
      });
    } finally {
      await machine.dispose();
    }
  });
});
