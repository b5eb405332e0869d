import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identify } from '../../../runtime/host/process-identity.ts';
import { takeProvisionLock } from '../../../scripts/journal/lock.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true }));

describe('takeProvisionLock', () => {
  test('names this process while it is held, and leaves nothing behind', async () => {
    const lock = await takeProvisionLock(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(await identify(process.pid));
    expect(await readdir(folder)).toEqual(['lock']);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test('a second one is refused and told who holds it', async () => {
    const holder = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(holder, 'spawn');
    await writeFile(path, JSON.stringify(await identify(holder.pid ?? 0)));
    await expect(takeProvisionLock(path)).rejects.toMatchObject({
      code: 'UP_RUNNING',
      details: { pid: holder.pid },
    });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (await takeProvisionLock(path)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  test('a pid that was given to another process since does not hold it', async () => {
    await writeFile(path, JSON.stringify({ pid: process.ppid, startTime: '1' }));
    await (await takeProvisionLock(path)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  test('clears away what a process left that was killed while it took the lock', async () => {
    await writeFile(`${path}.999999999`, '{}');
    await writeFile(`${path}.${process.ppid}`, '{}');
    await (await takeProvisionLock(path)).release();
    expect(await readdir(folder)).toEqual([`lock.${process.ppid}`]);
  });

  test.each(['', 'rubbish', '{"pid":-1}'])(
    'a lock that names nobody (%j) is taken over',
    async (text) => {
      await writeFile(path, text);
      await (await takeProvisionLock(path)).release();
      expect(await readdir(folder)).toEqual([]);
    },
  );
});
