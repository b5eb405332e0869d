import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { busyboxArchive } from '../api/busybox-image.ts';
import { removeEmptyCgroups } from './empty-cgroups.ts';

const root = mkdtempSync(join(tmpdir(), 'berth-kill-'));
const socket = join(root, 'api.sock');
const daemon = join(import.meta.dirname, '../../../runtime/daemon.ts');

/** Starts the real berthd, and waits until it says that it is ready. */
async function startDaemon(): Promise<ChildProcess> {
  mkdirSync(root, { recursive: true });
  const config = join(root, 'daemon.json');
  const keys = { 'data-root': join(root, 'data'), 'exec-root': join(root, 'run') };
  writeFileSync(config, JSON.stringify({ ...keys, hosts: [`unix://${socket}`], group: 'root' }));
  const child = spawn(process.execPath, [daemon, '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('berthd is ready')) resolve();
    });
    child.once('exit', () => {
      reject(new Error(`berthd ended: ${said}`));
    });
  });
  return child;
}

function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    child.kill(signal);
  });
}

function docker(...args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, DOCKER_HOST: `unix://${socket}`, HOME: root };
    const options = { env, timeout: 20_000, killSignal: 'SIGKILL' } as const;
    execFile('docker', args, options, (_error, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });
}

test('a berthd that is killed loses nothing', async () => {
  let child = await startDaemon();
  onTestFinished(async () => {
    await docker('rm', '-f', 'talks', 'silent', 'created');
    await end(child, 'SIGTERM');
    removeEmptyCgroups();
    rmSync(root, { recursive: true, force: true });
  });
  await docker('load', '-i', busyboxArchive(root));
  const none = ['--network', 'none'];
  const script = 'i=0; while true; do i=$((i+1)); echo $i; sleep 0.01; done';
  await docker('run', '-d', ...none, '--name', 'talks', 'bb', 'sh', '-c', script);
  await docker('run', ...none, '--name', 'silent', 'bb', 'sh', '-c', 'exit 11');
  await docker('run', '-d', '--rm', ...none, '--name', 'brief', 'bb', 'sleep', '0.2');
  await docker('create', ...none, '--name', 'created', 'bb');
  const pid = await docker('inspect', '--format', '{{.State.Pid}}', 'talks');
  const before = Number((await docker('logs', '--tail', '1', 'talks')).trim());

  await end(child, 'SIGKILL');
  process.kill(Number(pid), 0);
  child = await startDaemon();

  expect(await docker('inspect', '--format', '{{.State.Pid}}', 'talks')).toBe(pid);
  const states = await docker('ps', '-a', '--format', '{{.Names}} {{.State}}');
  const kept = states
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('brief'));
  expect(kept).toEqual(['created created', 'silent exited', 'talks running']);
  expect(await docker('wait', 'silent')).toBe('11\n');
  const lines = (await docker('logs', 'talks')).trim().split('\n').map(Number);
  expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => index + 1));
  expect(lines.length).toBeGreaterThan(before);
  await docker('wait', 'brief');
  expect(await docker('ps', '-aq', '--filter', 'name=brief')).toBe('');
});

test('a berthd that is told to stop ends at once, and containers run on', async () => {
  let child = await startDaemon();
  onTestFinished(async () => {
    await docker('rm', '-f', 'stays');
    await end(child, 'SIGTERM');
    removeEmptyCgroups();
    rmSync(root, { recursive: true, force: true });
  });
  await docker('load', '-i', busyboxArchive(root));
  await docker('run', '-d', '--network', 'none', '--name', 'stays', 'bb', 'sleep', '1000');
  const pid = await docker('inspect', '--format', '{{.State.Pid}}', 'stays');
  await end(child, 'SIGTERM');
  process.kill(Number(pid), 0);
  child = await startDaemon();
  expect(await docker('inspect', '--format', '{{.State.Running}} {{.State.Pid}}', 'stays')).toBe(
    `true ${pid}`,
  );
});
