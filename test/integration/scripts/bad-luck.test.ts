import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../runtime/host/clock.ts';
import { applyPlan } from '../../../scripts/apply/apply-plan.ts';
import { hostAt, type ProvisionHost } from '../../../scripts/host/provision-host.ts';
import { recover } from '../../../scripts/apply/recover.ts';
import { Journal } from '../../../scripts/journal/journal.ts';
import { takeProvisionLock } from '../../../scripts/journal/lock.ts';
import { planFor } from '../../../scripts/plan/plan.ts';
import type { Step } from '../../../scripts/steps/index.ts';
import { sampleSteps } from './support/sample-plan.ts';
import { fillRoot, snapshotTree } from './support/temp-host.ts';

let root: string;
let host: ProvisionHost;
let mounts: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'berth-host-'));
  host = hostAt(root);
  mounts = [];
});
afterEach(async () => {
  for (const mount of mounts.toReversed()) execFileSync('umount', [mount]);
  await rm(root, { recursive: true });
});

function mountTmpfs(folder: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'berth-test', folder]);
  mounts.push(folder);
}

async function apply(steps: readonly Step[]): Promise<void> {
  const journal = await Journal.open(host, systemClock);
  const plan = await planFor({ request: {}, steps }, host);
  await applyPlan(plan, { host, journal, listen: () => undefined });
}

describe('a full disk', () => {
  const sizeBytes = 256 * 1024;
  const steps = (content: string): readonly Step[] => [
    ...sampleSteps,
    { kind: 'write-file', path: '/etc/large.conf', content, mode: 0o644 },
  ];

  test('in the middle of a run: everything is undone to the byte, and the remedy says what to do', async () => {
    mountTmpfs(root, `size=${sizeBytes}`);
    await fillRoot(root);
    await writeFile(host.path('/etc/existing.conf'), 'before\n');
    const before = await snapshotTree(root);
    await expect(apply(steps('x'.repeat(160_000)))).rejects.toMatchObject({
      code: 'STEP_FAILED',
      message: expect.stringMatching(/ENOSPC.*everything this run had done was undone$/) as unknown,
      remedy: expect.stringContaining('Make room') as unknown,
    });
    expect(await snapshotTree(root)).toEqual(before);
  });

  test('with no room for the journal: nothing is touched', async () => {
    mountTmpfs(root, `size=${sizeBytes}`);
    await fillRoot(root);
    fillUp();
    const before = await snapshotTree(root);
    await expect(apply(sampleSteps)).rejects.toMatchObject({
      code: 'STEP_FAILED',
      message: expect.stringMatching(/the journal cannot be written: ENOSPC/) as unknown,
    });
    expect(await snapshotTree(root)).toEqual(before);
  });

  const overwrite = (content: string): readonly Step[] => [
    { kind: 'write-file', path: '/etc/existing.conf', content, mode: 0o644 },
    missing,
  ];

  /** Applies with the disk filling up once the first step is done. */
  async function applyWhileFillingUp(steps: readonly Step[]): Promise<void> {
    const journal = await Journal.open(host, systemClock);
    const plan = await planFor({ request: {}, steps }, host);
    await applyPlan(plan, {
      host,
      journal,
      listen: (event) => {
        if (event.kind === 'step-applied') fillUp();
      },
    });
  }

  test('that fills up behind a step does not stop the way back where the old bytes fit', async () => {
    mountTmpfs(root, `size=${sizeBytes}`);
    await fillRoot(root);
    const old = 'o'.repeat(20_000);
    await writeFile(host.path('/etc/existing.conf'), old);
    await expect(applyWhileFillingUp(overwrite('n'.repeat(30_000)))).rejects.toMatchObject({
      code: 'STEP_FAILED',
    });
    expect((await readFile(host.path('/etc/existing.conf'), 'utf8')) === old).toBe(true);
  });

  test('that has no room for the old bytes leaves the new ones whole, and a later undo succeeds', async () => {
    mountTmpfs(root, `size=${sizeBytes}`);
    await fillRoot(root);
    const old = 'o'.repeat(20_000);
    await writeFile(host.path('/etc/existing.conf'), old);
    await expect(applyWhileFillingUp(overwrite('new\n'))).rejects.toMatchObject({
      remedy: expect.stringContaining('berth down') as unknown,
    });
    expect(await readFile(host.path('/etc/existing.conf'), 'utf8')).toBe('new\n');
    for (const name of readdirSync(root)) {
      if (name.startsWith('filler-')) rmSync(join(root, name));
    }
    const journal = await Journal.open(host, systemClock);
    await recover({ other: true }, { host, journal, listen: () => undefined });
    expect((await readFile(host.path('/etc/existing.conf'), 'utf8')) === old).toBe(true);
  });

  const missing: Step = { kind: 'write-file', path: '/none/x', content: 'x', mode: 0o644 };

  function fillUp(): void {
    for (const size of [4096, 1]) {
      for (let n = 0; ; n += 1) {
        const filler = join(root, `filler-${size}-${n}`);
        try {
          writeFileSync(filler, 'x'.repeat(size));
        } catch {
          rmSync(filler, { force: true });
          break;
        }
      }
    }
  }
});

describe('a read-only file system', () => {
  test('for /etc: the run is undone, and the remedy names it', async () => {
    await fillRoot(root);
    const etc = host.path('/etc');
    mountTmpfs(etc, 'size=64k');
    for (const folder of ['sysctl.d']) await mkdir(join(etc, folder));
    execFileSync('mount', ['-o', 'remount,ro', etc]);
    const before = await snapshotTree(root);
    const steps = sampleSteps.filter(({ kind }) => kind !== 'group').toReversed();
    await expect(apply(steps)).rejects.toMatchObject({
      code: 'STEP_FAILED',
      message: expect.stringContaining('EROFS') as unknown,
      remedy: expect.stringContaining('writable') as unknown,
    });
    expect(await snapshotTree(root)).toEqual(before);
  });

  test('for /run: the lock cannot be taken, and that is said', async () => {
    await fillRoot(root);
    mountTmpfs(host.path('/run'), 'size=64k,ro');
    await expect(takeProvisionLock(host.path('/run/berth-provision.lock'))).rejects.toMatchObject({
      code: 'STEP_FAILED',
      message: expect.stringMatching(/EROFS.*nothing was changed/) as unknown,
    });
  });
});
