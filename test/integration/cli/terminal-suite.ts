import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CliProcess, shellCommand } from './cli-process.ts';
import type { ClientBench } from './client-bench.ts';

/** Containers with a terminal, on a terminal. */
export function terminalSuite(bench: ClientBench): void {
  describe('on a terminal', () => {
    const terminal = (command: string): CliProcess =>
      CliProcess.onTerminal(bench.socketPath, command);

    test('run -it: the size follows the terminal, which is as before afterwards', async () => {
      // Docker before API 1.42 tells the size only after the start, so the first answers may be empty.
      const wait = 'until stty size 2>/dev/null; do sleep 0.02; done';
      const traps = 'trap "stty size" WINCH; trap "exit 6" INT';
      const script = `${traps}; ${wait}; while :; do sleep 0.05; done`;
      const inside = shellCommand(bench.line(['-it', '--rm'], 'sh', '-c', script));
      const [before, after, signal] = ['before', 'after', 'signal'].map((file) =>
        join(bench.folder, file),
      );
      const running = terminal(
        [
          `mkfifo ${signal}; stty rows 33 cols 99`,
          `(read line < ${signal}; stty rows 44 cols 88 < /dev/tty) &`,
          `stty -a > ${before}; ${inside}; echo code=$?; stty rows 33 cols 99; stty -a > ${after}`,
        ].join('\n'),
      );
      await running.waitFor('33 99\r\n');
      await writeFile(signal ?? '', 'go\n');
      await running.waitFor('44 88\r\n');
      running.write('\u0003');
      await running.exit;
      expect(running.stdout).toContain('code=6\r\n');
      expect(await readFile(after ?? '', 'utf8')).toBe(await readFile(before ?? '', 'utf8'));
    });

    test('run -it: what is typed goes in; Ctrl-C is a key for the container', async () => {
      const script = 'trap "echo key; exit 7" INT; echo ready; cat; echo end';
      const running = terminal(shellCommand(bench.line(['-it', '--rm'], 'sh', '-c', script)));
      await running.waitFor('ready');
      running.write('typed\r');
      await running.waitFor('typed\r\ntyped\r\n');
      running.write('\u0003');
      await running.waitFor('key');
      expect((await running.exit).exitCode).toBe(7);
    });

    test('detach keys leave it, attach comes back', async () => {
      const script = 'echo ready; cat';
      const line = bench.line(['-it', '--name', 'kept'], 'sh', '-c', script);
      const first = terminal(shellCommand(line));
      await first.waitFor('ready');
      first.write('\u0010\u0011');
      expect((await first.exit).exitCode).toBe(0);
      const second = terminal(shellCommand(['attach', 'kept']));
      second.write('hello\r');
      await second.waitFor('hello\r\nhello\r\n');
      second.write('\u0004');
      expect((await second.exit).exitCode).toBe(0);
      expect((await bench.cli(['wait', 'kept'])).stdout).toBe('0\n');
    });
  });
}
