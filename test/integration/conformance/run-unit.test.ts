import { existsSync, globSync, mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runUnit } from '../../conformance/run-unit.ts';
import type { UnitReport } from '../../conformance/suite.ts';
import { removeTree } from '../../support/remove-tree.ts';

let work: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'c-'));
});

afterAll(() => {
  removeTree(work);
});

/** Runs a shell script as a unit `u` of a suite. */
async function runScript(script: string, timeoutMs = 20_000): Promise<UnitReport> {
  return runUnit({ name: 'u', argv: ['sh', '-c', script], env: {} }, { work, timeoutMs });
}

const ourCgroups = (): string[] =>
  globSync('/sys/fs/cgroup/{,*/}**/berth-conformance-*').filter((path) =>
    path.includes(`-conformance-${process.pid}-`),
  );

test('what a test leaves is named, and gone', async () => {
  const mountPoint = join(work, 'mounted');
  mkdirSync(mountPoint);
  const report = await runScript(`
    mount -t tmpfs none ${mountPoint} && touch ${mountPoint}/inside
    [ -f /sys/fs/cgroup/cgroup.controllers ] && set /sys/fs/cgroup || set /sys/fs/cgroup/*
    for hierarchy in "$@"; do mkdir $hierarchy/stays; done
    sleep 1234 & echo $! >$hierarchy/stays/cgroup.procs
    touch /run/there
    chown 1234 /dev/null
    echo 'ok 1 - went'
  `);
  expect(report.results).toEqual([{ name: 'u: went', outcome: 'pass' }]);
  expect(report.left).toEqual([`mount ${mountPoint}`, 'process sleep 1234 ', 'cgroup stays']);
  expect(existsSync(join(mountPoint, 'inside'))).toBe(false);
  expect(existsSync('/run/there')).toBe(false);
  expect(statSync('/dev/null').uid).not.toBe(1234);
  expect(ourCgroups()).toEqual([]);
});

test('a test that hangs fails, with its frozen processes', async () => {
  const report = await runScript(
    `
    echo 'ok 1 - began'
    if mkdir /sys/fs/cgroup/freezer/f; then
      sleep 1234 & echo $! >/sys/fs/cgroup/freezer/f/cgroup.procs
      echo FROZEN >/sys/fs/cgroup/freezer/f/freezer.state
    fi
    sleep 4321
  `,
    1_000,
  );
  expect(report.exitCode).toBeNull();
  expect(report.results.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['u: began', 'pass'],
    ['u: (the whole)', 'fail'],
  ]);
  expect(ourCgroups()).toEqual([]);
});

test('a test that ends badly without a word has failed', async () => {
  const report = await runScript('echo cannot start >&2; exit 3');
  expect(report.results).toEqual([
    {
      name: 'u: (the whole)',
      outcome: 'fail',
      reason: 'cannot start\n\nit ended with status 3',
    },
  ]);
});
