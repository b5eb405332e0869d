import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { CliProcess, type CliResult, shellCommand } from './cli-process.ts';
import type { ClientBench } from './client-bench.ts';

/** Commands executed in a running container. */
export function execSuite(bench: ClientBench): void {
  describe('berth exec', () => {
    beforeEach(async () => {
      await bench.run(['-d', '--name', 'box', '-e', 'COLOUR=blue'], 'sleep', '1000');
    });
    const exec = (...args: readonly string[]): Promise<CliResult> => bench.cli(['exec', ...args]);
    const terminal = (...args: readonly string[]): CliProcess =>
      CliProcess.onTerminal(
        bench.socketPath,
        `stty rows 33 cols 99; exec ${shellCommand(['exec', ...args])}`,
      );

    test('output and errors apart, and the exit code', async () => {
      const result = await exec('box', 'sh', '-c', 'echo out; echo err >&2; exit 3');
      expect(result).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
      expect((await bench.cli(['container', 'exec', 'box', 'sh', '-c', 'exit 1'])).exitCode).toBe(
        1,
      );
    });

    test.each([
      // Docker 28 says 127, and so does berth (test/integration/api/docker-exec.test.ts); Docker 20.10 knows 126 only.
      [['/no/such'], [126, 127]],
      [['no-such'], [126, 127]],
      [['/etc/passwd'], [126]],
      [['/etc'], [126]],
      [['sh', '-c', 'kill -9 $$'], [137]],
    ])('%j: exit code of %j', async (command, exitCodes) => {
      expect(exitCodes).toContain((await exec('box', ...command)).exitCode);
    });

    test('input goes in, and its end is told', async () => {
      const input = 'a line\n'.repeat(50_000);
      const result = await bench.cli(['exec', '-i', 'box', 'cat'], { input });
      expect(result.stdout === input).toBe(true);
      expect(result.exitCode).toBe(0);
    });

    test('without -i there is no input, and input that nobody reads is no error', async () => {
      expect((await bench.cli(['exec', 'box', 'cat'], { input: 'x' })).stdout).toBe('');
      const input = 'y\n'.repeat(500_000);
      expect((await bench.cli(['exec', '-i', 'box', 'true'], { input })).exitCode).toBe(0);
    });

    test('environment, folder, user', async () => {
      const file = join(bench.folder, 'variables');
      await writeFile(file, '# comment\nSHAPE=round\nSIZE=1\n');
      const options = ['--env-file', file, '-e', 'SIZE=2', '-w', '/tmp', '-u', '5:6'];
      const script = 'echo $COLOUR $SHAPE $SIZE $HOME $(pwd) $(id -u):$(id -g)';
      const { stdout } = await exec(...options, 'box', 'sh', '-c', script);
      expect(stdout).toBe('blue round 2 / /tmp 5:6\n');
    });

    test('privileged: all that the engine has, and otherwise what the container has', async () => {
      const own = ['box', 'sh', '-c', 'grep CapEff /proc/self/status'];
      const first = await exec('box', 'sh', '-c', 'grep CapEff /proc/1/status');
      expect((await exec(...own)).stdout).toBe(first.stdout);
      expect((await exec('--privileged', ...own)).stdout).not.toBe(first.stdout);
    });

    test('detached: ends before the command does, which goes on', async () => {
      const script = 'read word < /tmp/pipe; echo $word > /tmp/mark';
      await exec('box', 'busybox', 'mkfifo', '/tmp/pipe');
      const result = await exec('-d', 'box', 'sh', '-c', script);
      expect(result).toEqual({ exitCode: 0, stdout: '', stderr: '' });
      const loop = 'echo done > /tmp/pipe; while [ ! -s /tmp/mark ]; do :; done; cat /tmp/mark';
      expect((await exec('box', 'sh', '-c', loop)).stdout).toBe('done\n');
    });

    test('-it: a terminal with the size of this one, and the exit code', async () => {
      const running = terminal('-it', 'box', 'sh');
      running.write('busybox stty size; busybox tty; [ -t 0 ] && [ -t 2 ] && echo $TERM; exit 5\r');
      await running.waitFor('xterm');
      expect((await running.exit).exitCode).toBe(5);
      expect(running.stdout).toMatch(/33 99\r\n\/dev\/pts\/\d+\r\n/);
    });

    test('-it: Ctrl-Z stops a command, fg brings it back, Ctrl-C ends it', async () => {
      const running = terminal('-it', 'box', 'sh');
      // Not the shell's own words, which it says before the command is there to be stopped.
      running.write(`sh -c 'echo sta""rted; cat'\r`);
      await running.waitFor('started');
      running.write('\u001a');
      await running.waitFor('Stopped');
      running.write('echo is$((1+1))stopped; fg\r');
      await running.waitFor('is2stopped');
      running.write('back\r');
      await running.waitFor('back\r\nback\r\n');
      // What is typed with it or right behind it goes with it (termios(3), NOFLSH).
      running.write('\u0003');
      await running.waitFor('^C\r\n~ # ');
      running.write('echo en""ded; exit 6\r');
      await running.waitFor('ended');
      expect((await running.exit).exitCode).toBe(6);
    });

    test('-it: detach keys leave it, and it goes on', async () => {
      const keys = ['--detach-keys', 'ctrl-x,q'];
      const script = 'echo ready; cat > /tmp/typed; echo never';
      const running = terminal('-it', ...keys, 'box', 'sh', '-c', script);
      await running.waitFor('ready');
      running.write('\u0018q');
      expect((await running.exit).exitCode).toBe(0);
      expect((await exec('box', 'sh', '-c', 'ps | grep -c "[c]at > /tmp/typed"')).stdout).toBe(
        '1\n',
      );
    });

    test('a container that is not there, or does not run', async () => {
      expect((await exec('nobody', 'true')).exitCode).toBe(1);
      await bench.cli(['kill', 'box']);
      await bench.cli(['wait', 'box']);
      const { exitCode, stderr } = await exec('box', 'true');
      expect(exitCode).toBe(1);
      expect(stderr).toContain('is not running');
    });

    test('what is executed ends with the container', async () => {
      const running = CliProcess.berth(bench.socketPath, [
        'exec',
        'box',
        'sh',
        '-c',
        'echo up; cat /dev/zero > /dev/null',
      ]);
      await running.waitFor('up');
      await bench.cli(['kill', 'box']);
      expect((await running.exit).exitCode).toBe(137);
    });
  });
}
