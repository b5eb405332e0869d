import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import type { ContainerRuntime, MonitorConnection } from '../../../runtime/container/ports.ts';
import { systemClock } from '../../../runtime/host/clock.ts';
import { ContainerRuntime as RealRuntime } from '../../../runtime/launch/container-runtime.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';
import { EngineParts } from '../../integration/container/parts.ts';
import { FakeRuntime } from './fake-runtime.ts';

const makers: readonly (readonly [string, (parts: EngineParts) => Promise<ContainerRuntime>])[] = [
  ['the fake', () => Promise.resolve(new FakeRuntime(() => systemClock.now()))],
  [
    'runtime/launch',
    (parts) => RealRuntime.create(parts.launcher, { execSocket: join(parts.root, 'exec.sock') }),
  ],
];

describe.each(makers)('a container runtime: %s', (_name, make) => {
  let parts: EngineParts;
  let runtime: ContainerRuntime;
  let runDir: string;
  let logFile: string;

  beforeEach(async () => {
    parts = await EngineParts.make();
    runtime = await make(parts);
    runDir = join(parts.root, 'run');
    logFile = join(parts.root, 'log');
    mkdirSync(runDir, { mode: 0o700 });
  });

  async function start(args: readonly string[], stdin: 'none' | 'open' = 'none'): Promise<number> {
    const id = 'c'.repeat(64);
    const image = await parts.images.resolve('bb');
    const { chainId } = await parts.images.rootfsFor(image);
    const rootfs = await parts.snapshots.createContainer(id, chainId);
    const spec = parseSpec({
      ociVersion: '1.2.1',
      process: { user: { uid: 0, gid: 0 }, args, cwd: '/', env: ['PATH=/bin'] },
      root: { path: 'rootfs' },
      mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
      linux: { namespaces: [{ type: 'mount' }, { type: 'pid' }] },
    });
    const request = { id, spec, rootfs, runDir, logFile, stdin, init: false } as const;
    return (await runtime.start(request)).pid;
  }

  async function connect(): Promise<MonitorConnection> {
    const connection = await runtime.connect(runDir);
    if (connection === undefined) throw new Error('no monitor is alive');
    return connection;
  }

  async function output(): Promise<string> {
    const lines = (await readFile(logFile, 'utf8')).split('\n').slice(0, -1);
    return lines.map((line) => (JSON.parse(line) as { readonly log: string }).log).join('');
  }

  test('writes output and exit down, and is gone', async () => {
    expect(await start(['echo', 'hello', 'there'])).toBeGreaterThan(0);
    const connection = await runtime.connect(runDir);
    await connection?.closed;
    expect(await output()).toBe('hello there\n');
    const exit = await runtime.readExit(runDir);
    expect(exit).toMatchObject({ exitCode: 0, oomKilled: false });
    expect(Math.abs((exit?.finishedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await runtime.connect(runDir)).toBeUndefined();
  });

  test('passes the exit code on', async () => {
    await start(['sh', '-c', 'exit 42']);
    await (
      await runtime.connect(runDir)
    )?.closed;
    expect(await runtime.readExit(runDir)).toMatchObject({ exitCode: 42 });
  });

  test('has a connection that knows the process, and one more when asked', async () => {
    const pid = await start(['sleep', '100']);
    const [first, second] = [await connect(), await connect()];
    expect([first.pid, second.pid]).toEqual([pid, pid]);
    expect(await runtime.readExit(runDir)).toBeUndefined();
    first.signal(9);
    await Promise.all([first.closed, second.closed]);
    expect(await runtime.readExit(runDir)).toMatchObject({ exitCode: 137 });
  });

  test('carries input, pokes for output, and ends the input', async () => {
    await start(['cat'], 'open');
    const connection = await connect();
    const poked = new Promise<void>((resolve) => {
      connection.onOutput(resolve);
    });
    connection.stdin.write('typed');
    await poked;
    expect(await output()).toBe('typed');
    connection.stdin.end();
    await connection.closed;
    expect(await runtime.readExit(runDir)).toMatchObject({ exitCode: 0 });
  });

  test.each([
    ['nosuch', 'EXEC_NOT_FOUND'],
    ['/etc/plain', 'EXEC_NOT_EXECUTABLE'],
  ])('that cannot execute %s says %s, and leaves nothing', async (program, code) => {
    await expect(start([program])).rejects.toMatchObject({ code });
    expect(await runtime.connect(runDir)).toBeUndefined();
    expect(await runtime.readExit(runDir)).toBeUndefined();
  });
});
