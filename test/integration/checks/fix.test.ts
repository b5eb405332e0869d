import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckContext } from '../../../checks/context.ts';
import { runChecks } from '../../../checks/run-checks.ts';
import { systemClock } from '../../../runtime/host/clock.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { undoRun } from '../../../scripts/apply/undo-run.ts';
import { journalledFixes } from '../../../scripts/check/apply-fixes.ts';
import { runCheck } from '../../../scripts/check/run-check.ts';
import { hostAt, type ProvisionHost } from '../../../scripts/host/provision-host.ts';
import { Journal } from '../../../scripts/journal/journal.ts';
import { makeTempHost, snapshotTree } from '../scripts/support/temp-host.ts';
import { realContext } from './real-context.ts';

const forward = 'proc/sys/net/ipv4/ip_forward';
let temporary: Awaited<ReturnType<typeof makeTempHost>>;
let host: ProvisionHost;
let context: CheckContext;

beforeEach(async () => {
  temporary = await makeTempHost();
  host = hostAt(temporary.root, { procSys: join(temporary.root, 'proc/sys') });
  mkdirSync(dirname(host.path(`/${forward}`)), { recursive: true });
  writeFileSync(host.path(`/${forward}`), '0\n');
  const real = realContext(new Launcher(), { dataRoot: '/var/tmp', apiSocket: '/run/x.sock' });
  const { files } = real;
  context = {
    ...real,
    files: { ...files, readText: (path) => files.readText(host.path(path)) },
  };
});

afterEach(() => temporary.remove());

const fix = (): ReturnType<typeof runCheck> =>
  runCheck(
    { only: ['sysctl.forward'], format: 'text', fixes: 'apply' },
    {
      context,
      applyFixes: journalledFixes({ host, clock: systemClock }),
      print: () => undefined,
    },
  );

describe('berth check --fix', () => {
  it('fixes for now and for the next boot, and undoing puts every byte back', async () => {
    const before = await snapshotTree(temporary.root);
    expect(await fix()).toEqual({ exitCode: 0 });
    expect(readFileSync(host.path(`/${forward}`), 'utf8').trim()).toBe('1');
    expect(readFileSync(host.path('/etc/sysctl.d/60-berth.conf'), 'utf8')).toMatch(
      /^net\.ipv4\.ip_forward\s*=\s*1$/m,
    );

    const journal = await Journal.open(host, systemClock);
    const [run] = journal.runs;
    if (run === undefined) throw new Error('the journal knows of no run');
    const problems = await undoRun(run, {
      host,
      journal,
      options: { data: 'purge', packages: 'remove', services: 'stop' },
      listen: () => undefined,
      reason: 'test',
    });
    expect(problems).toEqual([]);
    await journal.closeIfEmpty();
    // The kernel writes a line end behind a value that it is given without one; a file does not.
    writeFileSync(host.path(`/${forward}`), '0\n');
    expect(await snapshotTree(temporary.root)).toEqual(before);
  });

  it('does nothing the second time, and keeps no second run', async () => {
    await fix();
    const after = await snapshotTree(temporary.root);
    expect(await fix()).toEqual({ exitCode: 0 });
    expect(await snapshotTree(temporary.root)).toEqual(after);
    expect((await Journal.look(host, systemClock)).runs).toHaveLength(1);
  });

  it('waits for nobody: another berth at work is an error, and nothing is changed', async () => {
    const lock = host.path('/run/berth-provision.lock');
    const started = readFileSync('/proc/1/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19];
    writeFileSync(lock, JSON.stringify({ pid: 1, startTime: started }));
    await expect(fix()).rejects.toMatchObject({ code: 'UP_RUNNING' });
    const [finding] = await runChecks(context, { only: ['sysctl.forward'] });
    expect(finding?.status).toBe('fail');
  });

  it('leaves a run that was cut short to berth up and down', async () => {
    const journal = await Journal.open(host, systemClock);
    await journal.begin({ version: 1, request: {}, steps: [], observed: [] });
    await expect(fix()).rejects.toMatchObject({ code: 'CHECK_FIX_REFUSED' });
    expect(readFileSync(host.path(`/${forward}`), 'utf8')).toBe('0\n');
  });
});
