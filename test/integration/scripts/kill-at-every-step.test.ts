import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../runtime/host/clock.ts';
import { recover } from '../../../scripts/apply/recover.ts';
import { undoRun } from '../../../scripts/apply/undo-run.ts';
import type { ProvisionHost } from '../../../scripts/host/provision-host.ts';
import { Journal } from '../../../scripts/journal/journal.ts';
import { pendingSteps, planFor } from '../../../scripts/plan/plan.ts';
import { sampleSteps, undoAll } from './support/sample-plan.ts';
import { makeTempHost, snapshotTree } from './support/temp-host.ts';

const source = fileURLToPath(new URL('support/crash-child.ts', import.meta.url));
/** The child in one file: to load its modules, some fifty times, took longer than all else. */
let child: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-crash-'));
  child = join(folder, 'crash.mjs');
  await build({
    entryPoints: [source],
    outfile: child,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** run-begun, three events a step, run-done. */
const eventCount = 2 + 3 * sampleSteps.length;

/** Runs the child; resolves with the signal that ended it. */
function crash(host: ProvisionHost, event: number): Promise<NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    const started = spawn(process.execPath, [child, host.root, String(event)], {
      stdio: 'inherit',
    });
    started.once('error', reject);
    started.once('exit', (_code, signal) => {
      resolve(signal);
    });
  });
}

async function undoEverything(host: ProvisionHost): Promise<void> {
  const journal = await Journal.open(host, systemClock);
  for (const run of journal.runs.toReversed()) {
    const work = { host, journal, options: undoAll, listen: () => undefined, reason: 'down' };
    expect(await undoRun(run, work)).toEqual([]);
  }
  await journal.closeIfEmpty();
}

async function resume(host: ProvisionHost): Promise<void> {
  const journal = await Journal.open(host, systemClock);
  const recovery = await recover({ test: true }, { host, journal, listen: () => undefined });
  expect(recovery).toBe('resumed');
  const plan = await planFor({ request: { test: true }, steps: sampleSteps }, host);
  expect(await pendingSteps(plan, host)).toEqual([]);
}

/** Crashes at one event, then undoes, with or without finishing first, and compares every byte. */
async function crashAndUndo(event: number, then: 'undo' | 'resume-and-undo'): Promise<void> {
  const host = await makeTempHost();
  try {
    await writeFile(host.path('/etc/existing.conf'), 'before\n', { mode: 0o600 });
    const before = await snapshotTree(host.root);
    expect(await crash(host, event)).toBe('SIGKILL');
    if (then === 'resume-and-undo') await resume(host);
    await undoEverything(host);
    expect(await snapshotTree(host.root), `killed at event ${event}, then ${then}`).toEqual(before);
  } finally {
    await host.remove();
  }
}

test('the child has as many events as are tried', async () => {
  const host = await makeTempHost();
  await writeFile(host.path('/etc/existing.conf'), 'before\n');
  expect(await crash(host, eventCount - 1)).toBe('SIGKILL');
  await host.remove();
  const second = await makeTempHost();
  await writeFile(second.path('/etc/existing.conf'), 'before\n');
  expect(await crash(second, eventCount)).toBe(null);
  await second.remove();
});

test.each(Array.from({ length: eventCount - 1 }, (_, event) => event))(
  'killed at event %i, the host goes back to the byte, resumed or not',
  async (event) => {
    await Promise.all([crashAndUndo(event, 'undo'), crashAndUndo(event, 'resume-and-undo')]);
  },
);
