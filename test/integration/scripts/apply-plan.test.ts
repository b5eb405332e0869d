import { mkdirSync, rmSync } from 'node:fs';
import { appendFile, chmod, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../runtime/host/clock.ts';
import { applyPlan, resumeRun, type ApplyWork } from '../../../scripts/apply/apply-plan.ts';
import type { ProvisionEvent } from '../../../scripts/apply/events.ts';
import { undoRun } from '../../../scripts/apply/undo-run.ts';
import { Journal } from '../../../scripts/journal/journal.ts';
import { pendingSteps, planFor } from '../../../scripts/plan/plan.ts';
import type { Step } from '../../../scripts/steps/index.ts';
import { sampleSteps, undoAll } from './support/sample-plan.ts';
import { makeTempHost, snapshotTree } from './support/temp-host.ts';

let host: Awaited<ReturnType<typeof makeTempHost>>;
let events: ProvisionEvent[];

beforeEach(async () => {
  host = await makeTempHost();
  events = [];
  await writeFile(host.path('/etc/existing.conf'), 'before\n', { mode: 0o600 });
});
afterEach(() => host.remove());

async function work(options: Partial<ApplyWork> = {}): Promise<ApplyWork> {
  const journal = await Journal.open(host, systemClock);
  return { host, journal, listen: (event) => events.push(event), ...options };
}

const planOf = (steps: readonly Step[]) => planFor({ request: {}, steps }, host);

async function undoEverything(): Promise<readonly unknown[]> {
  const { journal } = await work();
  const problems: unknown[] = [];
  for (const run of [...journal.runs].reverse()) {
    problems.push(
      ...(await undoRun(run, {
        host,
        journal,
        options: undoAll,
        listen: (event) => events.push(event),
        reason: 'test',
      })),
    );
  }
  await journal.closeIfEmpty();
  return problems;
}

describe('applying a plan', () => {
  test('does what it says; a second time there is nothing to do', async () => {
    const plan = await planOf(sampleSteps);
    await applyPlan(plan, await work());
    expect(await readFile(host.path('/etc/existing.conf'), 'utf8')).toBe('after\n');
    expect(await readFile(host.path('/etc/group'), 'utf8')).toMatch(/^berth:x:\d+:$/m);
    expect(await pendingSteps(plan, host)).toEqual([]);
  });

  test('keeps the mode and owner of a file that was there', async () => {
    const before = (await snapshotTree(host.path('/etc/existing.conf')))[0]?.split(' ').slice(1, 3);
    await applyPlan(await planOf(sampleSteps), await work());
    const after = (await snapshotTree(host.path('/etc/existing.conf')))[0]?.split(' ').slice(1, 3);
    expect(after).toEqual(before);
  });

  test('writes through a link and leaves the link', async () => {
    await symlink('existing.conf', host.path('/etc/link.conf'));
    const step = {
      kind: 'write-file',
      path: '/etc/link.conf',
      content: 'x\n',
      mode: 0o644,
    } as const;
    const before = await snapshotTree(host.root);
    await applyPlan(await planOf([step]), await work());
    expect(await readFile(host.path('/etc/existing.conf'), 'utf8')).toBe('x\n');
    expect(await undoEverything()).toEqual([]);
    expect(await snapshotTree(host.root)).toEqual(before);
  });

  test('a link that leads nowhere is in the way of a folder', async () => {
    await symlink('nowhere', host.path('/etc/berth'));
    const step = { kind: 'make-folder', path: '/etc/berth', mode: 0o755, removes: 'contents' };
    await expect(planOf([step as Step])).rejects.toMatchObject({ code: 'PATH_IN_THE_WAY' });
  });

  test('what somebody puts in the place of a folder stays, and stops nothing', async () => {
    const step = { kind: 'make-folder', path: '/etc/berth', mode: 0o755, removes: 'contents' };
    await applyPlan(await planOf([step as Step]), await work());
    await rm(host.path('/etc/berth'), { recursive: true });
    await symlink('nowhere', host.path('/etc/berth'));
    expect(await undoEverything()).toEqual([]);
    expect(await readlink(host.path('/etc/berth'))).toBe('nowhere');
  });

  test('is undone to the byte, journal included', async () => {
    const before = await snapshotTree(host.root);
    await applyPlan(await planOf(sampleSteps), await work());
    expect(await snapshotTree(host.root)).not.toEqual(before);
    expect(await undoEverything()).toEqual([]);
    expect(await snapshotTree(host.root)).toEqual(before);
  });

  test('two runs over the same file are undone through both', async () => {
    const before = await snapshotTree(host.root);
    const step = { kind: 'write-file', path: '/etc/existing.conf', mode: 0o644 } as const;
    await applyPlan(await planOf([{ ...step, content: '1\n' }]), await work());
    await applyPlan(await planOf([{ ...step, content: '2\n' }]), await work());
    expect(await undoEverything()).toEqual([]);
    expect(await snapshotTree(host.root)).toEqual(before);
  });
});

describe('a step that fails', () => {
  const failing: readonly Step[] = [
    ...sampleSteps,
    { kind: 'write-file', path: '/etc/missing-folder/x.conf', content: 'x', mode: 0o644 },
  ];

  test('undoes the run to the byte and names the step and the cause', async () => {
    const before = await snapshotTree(host.root);
    await expect(applyPlan(await planOf(failing), await work())).rejects.toMatchObject({
      code: 'STEP_FAILED',
      message: expect.stringMatching(
        /^step 8, write \/etc\/missing-folder\/x.conf, failed: ENOENT.*everything this run had done was undone$/,
      ) as unknown,
    });
    expect(await snapshotTree(host.root)).toEqual(before);
  });

  test('undoing goes on after a problem; the first error stays first, the rest is kept for later', async () => {
    const before = await snapshotTree(host.root);
    const plan = await planOf(failing);
    const applied = applyPlan(plan, {
      ...(await work()),
      listen: (event) => {
        if (event.kind !== 'step-begun' || event.index !== 7) return;
        // Something stands where the old file has to go back.
        rmSync(host.path('/etc/existing.conf'));
        mkdirSync(host.path('/etc/existing.conf'));
      },
    });
    await expect(applied).rejects.toMatchObject({
      code: 'STEP_FAILED',
      message: expect.stringMatching(
        /failed: ENOENT.*undoing left problems: .*is not a regular file/,
      ) as unknown,
      remedy: expect.stringContaining('berth down') as unknown,
    });
    // All but that file is back, and the journal knows what is left.
    await rm(host.path('/etc/existing.conf'), { recursive: true });
    expect((await work()).journal.unfinished?.phase).toBe('rolling-back');
    expect(await undoEverything()).toEqual([]);
    expect(await snapshotTree(host.root)).toEqual(before);
  });

  test('an abort between two steps undoes the run', async () => {
    const before = await snapshotTree(host.root);
    const abort = new AbortController();
    const plan = await planOf(sampleSteps);
    const applied = applyPlan(plan, {
      ...(await work()),
      signal: abort.signal,
      listen: (event) => {
        if (event.kind === 'step-applied' && event.index === 3) abort.abort(new Error('Ctrl-C'));
      },
    });
    await expect(applied).rejects.toThrow(/Ctrl-C; everything this run had done was undone/);
    expect(await snapshotTree(host.root)).toEqual(before);
  });
});

describe('what others did meanwhile', () => {
  test('a file that was edited since is kept beside the restored one', async () => {
    await applyPlan(await planOf(sampleSteps), await work());
    await writeFile(host.path('/etc/existing.conf'), 'mine\n');
    expect(await undoEverything()).toEqual([]);
    expect(await readFile(host.path('/etc/existing.conf'), 'utf8')).toBe('before\n');
    expect(await readFile(host.path('/etc/existing.conf.berth-kept'), 'utf8')).toBe('mine\n');
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'step-undone',
        note: expect.stringContaining('berth-kept') as unknown,
      }),
    );
  });

  test('each edit is kept in a file of its own, and none over another', async () => {
    const path = '/etc/existing.conf';
    const kept = (ending: string): Promise<string> =>
      readFile(host.path(`${path}.berth-kept${ending}`), 'utf8');
    const writes = (content: string) =>
      planOf([{ kind: 'write-file', path, content, mode: 0o644 }]);
    for (const content of ['first', 'second', 'third']) {
      await applyPlan(await writes(`${content} of berth\n`), await work());
      await writeFile(host.path(path), content === 'third' ? 'first edit\n' : `${content} edit\n`);
    }
    expect(await undoEverything()).toEqual([]);
    expect(await readFile(host.path(path), 'utf8')).toBe('before\n');
    // Newest run first; what is kept already is not kept twice.
    expect(await kept('')).toBe('first edit\n');
    expect(await kept('-2')).toBe('second edit\n');
    await expect(kept('-3')).rejects.toThrow('ENOENT');
    const notes = events.flatMap((event) => ('note' in event ? [event.note] : []));
    expect(notes.map((note) => /[^/]*(?="$)/.exec(note)?.[0])).toEqual([
      'existing.conf.berth-kept',
      'existing.conf.berth-kept-2',
      'existing.conf.berth-kept',
    ]);
  });

  test('a folder with a stranger in it stays, is named, and goes with a later undo', async () => {
    await applyPlan(await planOf(sampleSteps), await work());
    await writeFile(host.path('/etc/berth/mine.conf'), 'x');
    expect(await undoEverything()).toEqual([]);
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'step-kept',
        note: expect.stringContaining('mine.conf') as unknown,
      }),
    );
    expect(await readFile(host.path('/etc/berth/mine.conf'), 'utf8')).toBe('x');
    const { journal } = await work();
    expect(journal.runs.map((run) => run.phase)).toEqual(['rested']);
  });

  test('another group made since leaves the group files as they are, without berth', async () => {
    await applyPlan(await planOf(sampleSteps), await work());
    await appendFile(host.path('/etc/group'), 'other:x:4711:\n');
    expect(await undoEverything()).toEqual([]);
    expect(await readFile(host.path('/etc/group'), 'utf8')).toBe('root:x:0:\nother:x:4711:\n');
  });
});

describe('resuming', () => {
  test('continues where the killed run was and keeps what it had captured', async () => {
    const before = await snapshotTree(host.root);
    const plan = await planOf(sampleSteps);
    const first = await work();
    const id = await first.journal.begin(plan);
    const file = plan.steps.findIndex(
      (step) => 'path' in step && step.path === '/etc/existing.conf',
    );
    const captured = {
      path: host.path('/etc/existing.conf'),
      state: {
        type: 'file',
        bytes: Buffer.from('before\n').toString('base64'),
        mode: 0o600,
        uid: process.getuid?.(),
        gid: process.getgid?.(),
      },
    };
    await first.journal.append({ type: 'undo', run: id, step: file, captured });
    // Half-way: the step had begun to touch the file when it was killed.
    await chmod(host.path('/etc/existing.conf'), 0o640);
    await resumeRun(id, await work());
    expect(await readFile(host.path('/etc/existing.conf'), 'utf8')).toBe('after\n');
    expect(await undoEverything()).toEqual([]);
    expect(await snapshotTree(host.root)).toEqual(before);
  });
});
