import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { busyboxImage } from './busybox-archive.ts';
import { CliProcess } from './cli-process.ts';
import type { ClientBench } from './client-bench.ts';

/** Containers: run, and all that follows. */
export function runSuite(bench: ClientBench): void {
  test('run: output and errors apart, the exit code, and --rm leaves nothing', async () => {
    const result = await bench.run(['--rm'], 'sh', '-c', 'echo out; echo err >&2; exit 3');
    expect(result).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
    expect((await bench.cli(['ps', '-aq'])).stdout).toBe('');
  });

  test('run -i: input goes in, and its end is told', async () => {
    const input = 'a line\n'.repeat(50_000);
    const result = await bench.cli(bench.line(['-i', '--rm'], 'cat'), { input });
    expect(result.stdout === input).toBe(true);
    expect(result.exitCode).toBe(0);
  });

  test('run: environment, directory, user, host name', async () => {
    const options = ['--rm', '-e', 'A=1', '-w', '/tmp', '-u', '5:6', '-h', 'box'];
    const { stdout } = await bench.run(
      options,
      'sh',
      '-c',
      'echo $A $(pwd) $(id -u):$(id -g) $HOSTNAME',
    );
    expect(stdout).toBe('1 /tmp 5:6 box\n');
  });

  test.each([
    [['/no/such'], 127],
    [['no-such'], 127],
    [['/etc/passwd'], 126],
    [['/etc'], 126],
  ])('run %j: exit code %i', async (command, exitCode) => {
    const result = await bench.run(['--rm'], ...command);
    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr).toMatch(/^berth: [A-Z_]+: /);
    expect((await bench.cli(['ps', '-aq'])).stdout).toBe('');
  });

  test('run --init: an init is the first process, and passes on how the program ends', async () => {
    const script = 'cat /proc/1/comm; kill -TERM $$';
    const result = await bench.run(['--rm', '--init'], 'sh', '-c', script);
    expect(result).toMatchObject({ exitCode: 143, stdout: 'docker-init\n' });
  });

  test('run: 125 when the daemon refuses, and for what is not understood', async () => {
    const result = await bench.cli(['run', '--pull', 'never', 'no-such-image']);
    expect(result).toMatchObject({ exitCode: 125, stdout: '' });
    expect(result.stderr).toMatch(/no-such-image/);
    const unknown = await bench.cli(bench.line(['--cap-add', 'NO_SUCH'], 'true'));
    expect(unknown.exitCode).toBe(125);
    const wrong = await bench.cli(['run', '--nonsense', 'image']);
    expect(wrong).toMatchObject({ exitCode: 125, stdout: '' });
    expect(wrong.stderr).toMatch(/RUN_USAGE: unknown option '--nonsense'\n.*berth run --help/);
    expect(await bench.cli(['run', '--help'])).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('run -d: ps, logs, stop, start, restart, kill, wait, rename, rm', async () => {
    const cidfile = join(bench.folder, 'cid');
    const script = 'trap "echo stopped; exit 4" TERM; echo ready; while :; do sleep 0.05; done';
    const { stdout } = await bench.run(
      ['-d', '--name', 'one', '--cidfile', cidfile],
      'sh',
      '-c',
      script,
    );
    const id = stdout.trim();
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(await readFile(cidfile, 'utf8')).toBe(id);
    const following = CliProcess.berth(bench.socketPath, ['logs', '-f', 'one']);
    await following.waitFor('ready\n');
    expect((await bench.cli(['ps'])).stdout).toMatch(
      new RegExp(
        `\\n${id.slice(0, 12)} +${busyboxImage} +"sh -c 'trap \\\\"echo s…" +.* ago +Up .*one\\n$`,
      ),
    );
    expect(await bench.cli(['stop', 'one'])).toMatchObject({ exitCode: 0, stdout: 'one\n' });
    expect((await following.exit).stdout).toBe('ready\nstopped\n');
    expect((await bench.cli(['ps', '-a', '--format', 'json'])).stdout).toMatch(
      /"Status":"Exited \(4\)/,
    );
    expect((await bench.cli(['wait', 'one'])).stdout).toBe('4\n');
    expect((await bench.cli(['rename', 'one', 'two'])).exitCode).toBe(0);
    expect((await bench.cli(['start', 'two'])).stdout).toBe('two\n');
    expect((await bench.cli(['restart', '-t', '1', 'two'])).stdout).toBe('two\n');
    expect((await bench.cli(['rm', 'two'])).exitCode).toBe(1);
    expect((await bench.cli(['kill', 'two'])).stdout).toBe('two\n');
    expect((await bench.cli(['wait', 'two'])).stdout).toBe('137\n');
    expect((await bench.cli(['logs', '--tail', '1', 'two'])).stdout).toMatch(/^(ready|stopped)\n$/);
    expect(await bench.cli(['rm', 'two', 'three'])).toMatchObject({ exitCode: 1, stdout: 'two\n' });
  });

  test('start -a: output and exit code of a container that was made before', async () => {
    await bench.run(['--name', 'again'], 'sh', '-c', 'echo run; exit 5');
    expect(await bench.cli(['start', '-a', 'again'])).toMatchObject({
      exitCode: 5,
      stdout: 'run\n',
    });
    expect((await bench.cli(['logs', 'again'])).stdout).toBe('run\nrun\n');
    const [line] = (await bench.cli(['logs', '--json', 'again'])).stdout.split('\n');
    expect(JSON.parse(line ?? '')).toEqual({
      stream: 'stdout',
      time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/) as unknown,
      line: 'run',
    });
    expect((await bench.cli(['wait', '--json', 'again'])).stdout).toBe('{"StatusCode":5}\n');
    expect((await bench.cli(['attach', 'again'])).stderr).toContain('CONTAINER_NOT_ATTACHABLE');
  });

  test('run: signals reach the container', async () => {
    const script = 'trap "echo got; exit 9" INT; echo ready; while :; do sleep 0.05; done';
    const running = CliProcess.berth(bench.socketPath, bench.line(['--rm'], 'sh', '-c', script));
    await running.waitFor('ready\n');
    running.signal('SIGINT');
    expect(await running.exit).toMatchObject({ exitCode: 9, stdout: 'ready\ngot\n' });
  });

  test('version and info', async () => {
    expect((await bench.cli(['version'])).stdout).toMatch(/^Client:\n Version: .*\nServer:\n/s);
    expect((await bench.cli(['info'])).stdout).toMatch(/^Containers: 0\n/);
  });
}
