import { expect, test } from 'vitest';
import type { ClientBench } from './client-bench.ts';
import { busyboxImage } from './busybox-archive.ts';
import { CliProcess } from './cli-process.ts';

/** What is made before it runs, seen from outside, and cleared away. */
export function createSuite(bench: ClientBench): void {
  test('create, container ls, inspect --size, port: a container that does not run yet', async () => {
    const options = [
      '--network',
      'none',
      '--name',
      'made',
      '--stop-timeout',
      '3',
      '--expose',
      '80',
    ];
    const made = await bench.cli(['create', ...options, busyboxImage, 'sleep', '1000']);
    expect(made).toMatchObject({ exitCode: 0, stderr: '' });
    expect(made.stdout).toMatch(/^[0-9a-f]{64}\n$/);
    const listed = await bench.cli(['container', 'ls', '-aq', '--no-trunc']);
    expect(listed.stdout).toBe(made.stdout);
    const { stdout } = await bench.cli(['container', 'inspect', '--size', 'made']);
    expect(JSON.parse(stdout)).toMatchObject([
      { SizeRw: 0, Config: { StopTimeout: 3, ExposedPorts: { '80/tcp': {} } } },
    ]);
    expect(await bench.cli(['port', 'made'])).toMatchObject({ exitCode: 0, stdout: '' });
    const none = await bench.cli(['port', 'made', '80']);
    expect(none).toMatchObject({ exitCode: 1, stdout: '' });
    expect(none.stderr).toContain("no public port '80' published for made");
    expect((await bench.cli(['start', 'made'])).stdout).toBe('made\n');
    const again = await bench.cli(['create', ...options, busyboxImage]);
    expect(again.stdout).toBe('');
    expect(again.stderr).toContain('made" is already in use by container "');
  });

  test('run --attach shows only what is asked for', async () => {
    const script = ['sh', '-c', 'echo out; echo err >&2; exit 3'];
    expect(await bench.run(['-a', 'stderr'], ...script)).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: 'err\n',
    });
    const both = await bench.run(['-d', '-a', 'stdout'], ...script);
    expect(both).toMatchObject({ exitCode: 125, stdout: '' });
  });

  test('events: as they happen, until one has seen enough', async () => {
    const line = ['events', '--filter', 'container=seen', '--filter', 'type=container'];
    const watching = [[], ['--json']].map((format) =>
      CliProcess.berth(bench.socketPath, [...line, ...format]),
    );
    // What happens before they listen they are not told of.
    for (const process of watching) await createUntil(bench, process);
    const [text, json] = watching;
    text?.signal('SIGINT');
    json?.signal('SIGTERM');
    const shown = await text?.exit;
    expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
    expect(shown?.stdout).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}[+-]\d\d:\d\d container (?:create|destroy) [0-9a-f]{64} \(.*name=seen/,
    );
    const [first = ''] = ((await json?.exit)?.stdout ?? '').split('\n');
    expect(JSON.parse(first)).toMatchObject({ Type: 'container' });
  });

  test('system prune: what nothing uses is removed, when it is known what that is', async () => {
    await bench.cli(['create', '--network', 'none', '--name', 'gone', busyboxImage]);
    const asked = CliProcess.berth(bench.socketPath, ['system', 'prune', '--volumes']);
    asked.write('n\n');
    const refused = await asked.exit;
    expect(refused).toMatchObject({ exitCode: 0, stderr: 'system prune has been cancelled\n' });
    expect(refused.stdout).toContain(
      '  - all anonymous volumes not used by at least one container\n',
    );
    const { stdout } = await bench.cli(['system', 'prune', '-f', '--filter', 'label!=keep']);
    expect(stdout).toMatch(/^Deleted Containers:\n[0-9a-f]{64}\n\nTotal reclaimed space: 0B\n$/);
    const json = await bench.cli(['system', 'prune', '--force', '--volumes', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({
      ContainersDeleted: [],
      NetworksDeleted: [],
      VolumesDeleted: [],
      ImagesDeleted: [],
      SpaceReclaimed: 0,
    });
  });
}

/** Makes and removes a container again and again until it is told of. */
async function createUntil(bench: ClientBench, watching: CliProcess): Promise<void> {
  while (!watching.stdout.includes('destroy')) {
    await bench.cli(['create', '--network', 'none', '--name', 'seen', busyboxImage]);
    await bench.cli(['rm', 'seen']);
  }
}
