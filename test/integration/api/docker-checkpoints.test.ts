import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { busyboxArchive } from './busybox-image.ts';
import { TestDaemon, type CommandResult } from './test-daemon.ts';

const main = fileURLToPath(new URL('../../../scripts/main.ts', import.meta.url));

/**
 * CRIU does not work on every kernel, nor on that of the machines that test this: here it is a script that writes down what it is
 * asked for. What a real one makes of it is tried in test/lab/scenarios/engines.test.ts.
 */
const script = (log: string): string => `#!/bin/sh
echo "$@" >>${log}
[ "$1" = check ] && exit 0
action=$1; tree=
while [ $# -gt 0 ]; do
  case $1 in --images-dir) images=$2;; --work-dir) work=$2;; --tree) tree=$2;; esac
  shift
done
if [ $action = restore ]; then
  echo '(00.1) Error (criu/some.c:1): this one restores nothing' >$work/restore.log; exit 3
fi
grep -H . /proc/$tree/cgroup >$images/inventory.img
`;

let daemon: TestDaemon;
let criu: string;
let log: string;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
  [criu, log] = [join(daemon.root, 'criu'), join(daemon.root, 'criu.log')];
  writeFileSync(criu, script(log), { mode: 0o755 });
});
afterAll(async () => {
  await daemon.destroy();
  expect(daemon.problems).toEqual([]);
});

/** A new berthd. */
async function again(settings: Partial<Pick<TestDaemon, 'criu' | 'experimental'>>): Promise<void> {
  await daemon.down();
  Object.assign(daemon, settings);
  await daemon.up();
}

const berth = (...args: readonly string[]): Promise<CommandResult> =>
  daemon.command(process.execPath, [...['--disable-warning=ExperimentalWarning', main, ...args]]);
const status = async (): Promise<string> =>
  (
    await daemon.docker(['inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', 'web'])
  ).stdout.trim();

test('docker offers checkpoints where daemon.json says so, and berth always', async () => {
  const help = await daemon.docker(['checkpoint', 'ls', 'web']);
  expect(help.stderr).toContain('experimental');
  await again({ criu: '/nonexistent/criu', experimental: 'on' });
  const { stdout } = await daemon.docker(['version', '-f', '{{.Server.Experimental}}']);
  expect(stdout).toBe('true\n');
});

test('without a CRIU that works the error says so, and the container goes on', async () => {
  // No folder of mounts is to be checkpointed, which that of cgroups is under v1.
  const ran = await daemon.docker([
    ...['run', '-d', '--name', 'web', '--network', 'none', '--tmpfs', '/sys/fs/cgroup'],
    ...['bb', 'sleep', '1000'],
  ]);
  expect(ran.stderr).toBe('');
  const made = await daemon.docker(['checkpoint', 'create', 'web', 'c1']);
  expect(made.exitCode).toBe(1);
  expect(made.stderr).toContain(
    'Cannot checkpoint container web: checkpoint and restore are not available: "/nonexistent/criu" cannot be run',
  );
  const asked = await berth('checkpoint', 'create', 'web', 'c1');
  expect(asked.exitCode).toBe(1);
  expect(asked.stderr).toContain('CRIU_UNAVAILABLE');
  expect(asked.stderr).toContain('Install CRIU (package criu).');
  expect(await status()).toBe('running 0');
});

test('create, ls, start and rm', async () => {
  await again({ criu });
  const pid = (await daemon.docker(['inspect', '-f', '{{.State.Pid}}', 'web'])).stdout.trim();
  const kept = await berth('checkpoint', 'create', '--leave-running', 'web', 'c1');
  expect(kept).toEqual({ exitCode: 0, stdout: 'c1\n', stderr: '' });
  expect(await status()).toBe('running 0');
  const elsewhere = join(daemon.root, 'elsewhere');
  mkdirSync(elsewhere);
  const made = await daemon.docker([
    ...['checkpoint', 'create', '--checkpoint-dir', elsewhere, 'web', 'c2'],
  ]);
  expect(made).toEqual({ exitCode: 0, stdout: 'c2\n', stderr: '' });
  expect(await status()).toBe('exited 137');
  expect(readdirSync(elsewhere)).toEqual(['c2']);

  const [, dump = ''] = readFileSync(log, 'utf8').split('\n');
  const words = dump.split(' ');
  expect(words).toEqual(expect.arrayContaining(['dump', '--tree', pid, '--leave-running']));
  expect(dump).toMatch(/--external net\[\d+\]:extRootNetNS/);
  expect(dump).toContain('--external mnt[/etc/hosts]:/etc/hosts');
  const inventory = readFileSync(join(elsewhere, 'c2', 'inventory.img'), 'utf8');
  expect(inventory).toContain(dump.match(/--freeze-cgroup \S+?(\/berth\/\S+)/)?.[1] ?? 'none');
  const descriptors = readFileSync(join(elsewhere, 'c2', 'descriptors.json'), 'utf8');
  expect(descriptors).toMatch(/^\["\/dev\/null","pipe:\[\d+\]","pipe:\[\d+\]"\]$/);

  const table = 'CHECKPOINT NAME\nc1\n';
  expect((await daemon.docker(['checkpoint', 'ls', 'web'])).stdout).toBe(table);
  expect((await berth('checkpoint', 'ls', 'web')).stdout).toBe(table);
  const json = await berth('checkpoint', 'ls', '--json', '--checkpoint-dir', elsewhere, 'web');
  expect(JSON.parse(json.stdout)).toEqual([{ Name: 'c2' }]);

  const started = await berth('start', '--checkpoint', 'c1', 'web');
  expect(started.exitCode).toBe(1);
  expect(started.stderr).toContain('CRIU_FAILED');
  expect(started.stderr).toContain('Error (criu/some.c:1): this one restores nothing');
  expect(await status()).toBe('exited 128');
  const restore = readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  expect(restore).toMatch(/--inherit-fd fd\[1\]:pipe:\[\d+\] --inherit-fd fd\[2\]:pipe:\[\d+\]/);
  expect(restore).toContain('--inherit-fd fd[10]:extRootNetNS');
  const both = await berth('start', '--checkpoint', 'c1', 'web', 'other');
  expect(both.stderr).toContain('wanted one');

  const removed = await berth('checkpoint', 'rm', '--checkpoint-dir', elsewhere, 'web', 'c2');
  expect(removed).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect((await daemon.docker(['checkpoint', 'rm', 'web', 'c1'])).exitCode).toBe(0);
  expect(readdirSync(elsewhere)).toEqual([]);
  const gone = await daemon.docker(['checkpoint', 'rm', 'web', 'c1']);
  expect(gone.stderr).toContain('checkpoint c1 does not exist for container web');
});

test('what a failed restore leaves does not keep the container from being started', async () => {
  const id = (await daemon.docker(['inspect', '-f', '{{.Id}}', 'web'])).stdout.trim();
  expect(existsSync(`/sys/fs/cgroup/memory/berth/${id}`)).toBe(false);
  expect(existsSync(`/sys/fs/cgroup/berth/${id}`)).toBe(false);
  expect((await daemon.docker(['start', 'web'])).exitCode).toBe(0);
  expect(await status()).toBe('running 0');
});

test.each([
  ['process.terminal', ['-t']],
  ['HostConfig.Init', ['--init']],
  ['linux.namespaces without a "pid" namespace', ['--pid', 'host']],
])('with %s a container cannot be checkpointed, and is told so', async (field, options) => {
  const run = ['run', '-d', '--network', 'none', ...options, 'bb', 'sleep', '1000'];
  const { stdout, stderr } = await daemon.docker(run);
  expect(stderr).toBe('');
  const made = await daemon.docker(['checkpoint', 'create', stdout.trim(), 'c1']);
  expect(made.exitCode).toBe(1);
  expect(made.stderr).toContain(field);
});
