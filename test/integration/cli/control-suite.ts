import { expect, test } from 'vitest';
import type { ClientBench } from './client-bench.ts';

/** What is done to containers that run, and what they use. */
export function controlSuite(bench: ClientBench): void {
  test('pause, unpause, top: processes stand still, and are shown all the same', async () => {
    await bench.run(['-d', '--name', 'web'], 'sleep', '1000');
    expect(await bench.cli(['pause', 'web'])).toMatchObject({ exitCode: 0, stdout: 'web\n' });
    const again = await bench.cli(['pause', 'web', 'none']);
    expect(again).toMatchObject({ exitCode: 1, stdout: '' });
    expect(again.stderr).toMatch(/is already paused[^]*none/);
    expect((await bench.cli(['top', 'web'])).stdout).toMatch(/^UID +PID .*\n.* sleep 1000\n$/);
    expect((await bench.cli(['container', 'unpause', 'web'])).stdout).toBe('web\n');
    expect((await bench.cli(['top', 'web', '-eo', 'pid,comm'])).stdout).toMatch(
      /^PID +COMMAND\n\d+ +sleep\n$/,
    );
    const { stdout } = await bench.cli(['top', '--json', 'web', '-eo', 'pid']);
    expect(JSON.parse(stdout)).toMatchObject({ Titles: ['PID'] });
  });

  test('stats: what runs, once, as a table, rows or the answers of the API', async () => {
    await bench.run(['-d', '--memory', '64m', '--name', 'web'], 'sleep', '1000');
    const table = await bench.cli(['stats', '--no-stream']);
    expect(table.stdout).toMatch(/^CONTAINER ID {3}NAME .* PIDS\n[0-9a-f]{12} +web .*64MiB.* 1\n$/);
    const [json, raw] = await Promise.all([
      bench.cli(['stats', '--no-stream', '--format', 'json', 'web']),
      bench.cli(['container', 'stats', '--no-stream', '--json', 'web']),
    ]);
    expect(JSON.parse(json.stdout)).toMatchObject({ Name: 'web', PIDs: '1', NetIO: '0B / 0B' });
    expect(JSON.parse(raw.stdout)).toMatchObject([{ name: '/web' }]);
    expect(await bench.cli(['stats', 'none'])).toMatchObject({ exitCode: 1, stdout: '' });
  });

  test('update: limits change; what cannot be leaves all as it was', async () => {
    await bench.run(['-d', '--memory', '64m', '--name', 'web'], 'sleep', '1000');
    const limits = ['--memory', '128m', '--memory-swap', '256m', '--pids-limit', '50'];
    expect(await bench.cli(['update', ...limits, 'web'])).toMatchObject({
      exitCode: 0,
      stdout: 'web\n',
    });
    const inspect = await bench.cli(['inspect', 'web']);
    expect(JSON.parse(inspect.stdout)).toMatchObject([
      { HostConfig: { Memory: 128 * 1024 * 1024, PidsLimit: 50 } },
    ]);
    expect((await bench.cli(['update', '--memory', '1m', 'web'])).exitCode).toBe(1);
    const wrong = await bench.cli(['update', '--restart', 'often', 'web']);
    expect(wrong.stderr).toContain("--restart is 'often'");
  });

  test('container prune: removes what does not run, when nobody has to be asked', async () => {
    await bench.run(['-d', '--name', 'runs'], 'sleep', '1000');
    await bench.run(['--name', 'big'], 'sh', '-c', 'head -c 3000 /dev/zero >/f');
    const none = await bench.cli(['container', 'prune', '-f', '--filter', 'until=1h']);
    expect(none.stdout).toBe('Total reclaimed space: 0B\n');
    const { stdout } = await bench.cli(['container', 'prune', '--force']);
    expect(stdout).toMatch(
      /^Deleted Containers:\n[0-9a-f]{64}\n\nTotal reclaimed space: (3|3.\d+)kB\n$/,
    );
    expect((await bench.cli(['ps', '-a', '--format', 'json'])).stdout).toContain('"runs"');
    const json = await bench.cli(['container', 'prune', '-f', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ SpaceReclaimed: 0 });
  });
}
