import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CgroupPlan, CgroupWrite } from '../../../runtime/cgroup/cgroup-plan.ts';
import { makeCgroups } from '../../../runtime/launch/cgroups/make-cgroups.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { removeTree } from '../../support/remove-tree.ts';

/** Files of a folder stand for those of a cgroup: what the kernel has there differs from host to host. */
describe('a write with another in its place', () => {
  let launcher: Launcher;
  let folder: string;
  beforeAll(async () => {
    launcher = await Launcher.start();
  });
  afterAll(async () => {
    await launcher.stop();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'berth-fallback-'));
    for (const name of ['first', 'second', 'last']) writeFileSync(join(folder, name), '');
  });
  afterEach(() => {
    removeTree(folder);
  });

  function write(file: string, more: Partial<CgroupWrite> = {}): CgroupWrite {
    const path = file.startsWith('/') ? file : join(folder, file);
    return { file: path, value: `über ${file}`, label: `set ${file}`, onError: 'fail', ...more };
  }

  /** Carries the writes out, and one more, and gives what the files have then. */
  async function carryOut(...writes: readonly CgroupWrite[]): Promise<readonly string[]> {
    const plan: CgroupPlan = {
      create: [],
      writes: [...writes, write('last')],
      join: [],
      remove: [],
      oomCounter: undefined,
      freezer: undefined,
      deviceProgram: undefined,
      unified: undefined,
      hierarchies: [],
      unsupported: [],
    };
    const p = new ProgramBuilder('start');
    makeCgroups(p, plan);
    await launcher.run(p);
    return ['first', 'second', 'last'].map((name) => readFileSync(join(folder, name), 'utf8'));
  }

  it('is done alone when it succeeds', async () => {
    expect(await carryOut(write('first', { orElse: write('second') }))).toEqual([
      'über first',
      '',
      'über last',
    ]);
  });

  it.each(['missing', '/dev/full'])('gives way to the other when %s fails', async (file) => {
    expect(await carryOut(write(file, { orElse: write('second') }))).toEqual([
      '',
      'über second',
      'über last',
    ]);
  });

  it('fails with the error of the other', async () => {
    await expect(carryOut(write('missing', { orElse: write('/dev/full') }))).rejects.toMatchObject({
      message: 'start: set /dev/full: ENOSPC: no space left on device',
    });
  });

  it('may fail with it when that does no harm', async () => {
    const orElse = write('missing', { onError: 'ignore' });
    expect(await carryOut(write('missing', { orElse }))).toEqual(['', '', 'über last']);
  });
});
