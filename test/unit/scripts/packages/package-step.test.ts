import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { useLanguage } from '../../../../messages/language.ts';
import { hostAt, type ProvisionHost } from '../../../../scripts/host/provision-host.ts';
import { bindStep, stepSchema } from '../../../../scripts/steps/index.ts';

let host: ProvisionHost;
let argvs: string[];

beforeEach(async () => {
  argvs = [];
  const root = await mkdtemp(join(tmpdir(), 'berth-step-'));
  await mkdir(join(root, 'etc'));
  await writeFile(join(root, 'etc/os-release'), 'ID=ubuntu\nID_LIKE=debian\n');
  host = hostAt(root, {
    run: (command, args) => {
      argvs.push([command, ...args].join(' '));
      const known = 'kmod 30-1 installed\nbash 5 installed\n';
      const stdout =
        command === 'dpkg-query' ? known.replaceAll(/ (\S+) (\S+)\n/g, ' $2 $1\n') : '';
      return Promise.resolve({ exitCode: 0, stdout, stderr: '' });
    },
  });
});
afterEach(async () => {
  useLanguage('en');
  await rm(host.root, { recursive: true });
});

const options = { data: 'keep', packages: 'keep', services: 'restore' } as const;

test('plan files and journals from before versions and holding are read as they are', async () => {
  const step = bindStep({ kind: 'package', names: ['kmod'] });
  expect(await step.isDone(host)).toBe(true);
  expect(await step.observe(host)).toBe('missing: ');
  expect(await step.undo({ captured: { added: ['kmod'] }, host, options })).toEqual({
    kind: 'forgotten',
    note: 'packages stay as asked: kmod',
  });
  expect(await step.undo({ captured: { added: [] }, host, options })).toEqual({ kind: 'undone' });
});

test('another version than the wanted one is missing, and the step says which', async () => {
  const step = bindStep({ kind: 'package', names: ['kmod', 'bash'], versions: { kmod: '31-1' } });
  expect(await step.isDone(host)).toBe(false);
  expect(await step.observe(host)).toBe('missing: kmod=31-1');
  expect(step.describe()).toBe('install packages kmod=31-1, bash');
  useLanguage('zh');
  expect(step.describe()).toBe('安装软件包 kmod=31-1, bash');
});

test.each([
  { names: ['-o Dpkg::Pre-Invoke::=x'] },
  { names: ['--root=/'] },
  { names: ['a b'] },
  { names: ['a'], versions: { a: '1 --force' } },
  { names: ['a'], versions: { a: '-1' } },
  { names: [] },
])('names and versions cannot become options: %j', (fields) => {
  expect(stepSchema.safeParse({ kind: 'package', ...fields }).success).toBe(false);
});

test('nothing is removed for a package that is gone already', async () => {
  const step = bindStep({ kind: 'package', names: ['gone'] });
  const captured = { added: ['gone'], changed: [{ name: 'gone', from: '1' }], held: [] };
  const outcome = await step.undo({ captured, host, options: { ...options, packages: 'remove' } });
  expect(outcome).toEqual({ kind: 'undone' });
  expect(argvs.filter((argv) => /purge|install/.test(argv))).toEqual([]);
});

/** A host whose dpkg(1) knows packages in these states. */
function dpkgHost(root: string, list: string): ProvisionHost {
  return hostAt(root, {
    run: (command, args) => {
      argvs.push([command, ...args].join(' '));
      const stdout = command === 'dpkg-query' ? list : '';
      const plan = args.includes('install') ? 'Inst tool (1)\nInst lib (1)\n' : '';
      return Promise.resolve({ exitCode: 0, stdout: stdout + plan, stderr: '' });
    },
  });
}

test('configuration that an earlier removal left behind is kept: only what berth brought is purged', async () => {
  const step = bindStep({ kind: 'package', names: ['tool'] });
  const before = dpkgHost(host.root, 'tool config-files 1\n');
  const captured = await step.capture(before);
  expect(captured).toEqual({
    added: ['tool', 'lib'],
    changed: [],
    held: [],
    configured: ['tool'],
  });
  const after = dpkgHost(host.root, 'tool installed 1\nlib installed 1\n');
  argvs = [];
  const removing = { ...options, packages: 'remove' } as const;
  expect(await step.undo({ captured, host: after, options: removing })).toEqual({ kind: 'undone' });
  const done = argvs.filter((argv) => /^apt-get -y .* (remove|purge) /.test(argv));
  expect(done.map((argv) => argv.replace(/^.* (remove|purge) /, '$1 '))).toEqual([
    'remove tool lib',
    'purge lib',
  ]);
});
