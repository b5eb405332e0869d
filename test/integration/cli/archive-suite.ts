import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { busyboxImage } from './busybox-archive.ts';
import { CliProcess, shellCommand } from './cli-process.ts';
import type { ClientBench } from './client-bench.ts';

const tar = async (...args: readonly string[]): Promise<string> =>
  (await promisify(execFile)('tar', args)).stdout;

/** Images as archives, and what is told of them. */
export function archiveSuite(bench: ClientBench): void {
  const cli: ClientBench['cli'] = (args, surroundings) => bench.cli(args, surroundings);
  const folder = (): Promise<string> => mkdtemp(join(bench.folder, 'archive-'));
  const forget = (image: string): void => {
    onTestFinished(async () => {
      await cli(['rmi', '--force', image]);
    });
  };
  const idOf = async (image: string): Promise<string> =>
    (await cli(['images', '-q', '--no-trunc', image])).stdout.trim();

  describe('archives', () => {
    test('save and load: the same image, to a file and through a pipe', async () => {
      const file = join(await folder(), 'image.tar');
      await cli(['tag', busyboxImage, 'berth-test/saved:1']);
      forget('berth-test/saved:1');
      const id = await idOf('berth-test/saved:1');
      expect(await cli(['save', '-o', file, 'berth-test/saved:1'])).toMatchObject({
        exitCode: 0,
        stdout: '',
        stderr: '',
      });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await tar('-tf', file)).toContain('manifest.json');
      await cli(['rmi', 'berth-test/saved:1']);
      expect((await cli(['load', '-i', file])).stdout).toContain(
        'Loaded image: berth-test/saved:1\n',
      );
      expect(await idOf('berth-test/saved:1')).toBe(id);
      await cli(['rmi', 'berth-test/saved:1']);
      await cli(['load', '-i', file]);
      const berth = (...line: readonly string[]): string => shellCommand(line);
      const piped = `${berth('save', 'berth-test/saved:1', busyboxImage)} | ${berth('load')}`;
      const { exit } = new CliProcess(bench.socketPath, { program: 'sh', args: ['-c', piped] });
      const { exitCode, stdout } = await exit;
      expect(exitCode).toBe(0);
      expect(stdout).toContain('Loaded image: berth-test/saved:1\n');
      expect(stdout).toContain(`Loaded image: ${busyboxImage}\n`);
    });

    test('save: what fails leaves the file of before, and nothing else', async () => {
      const where = await folder();
      const file = join(where, 'image.tar');
      await writeFile(file, 'of before');
      const missing = await cli(['save', '-o', file, 'berth-test/no-such:1']);
      expect(missing.exitCode).toBe(1);
      expect(missing.stderr).toMatch(/^berth: [A-Z_]+: /);
      expect(await readFile(file, 'utf8')).toBe('of before');
      expect(await readdir(where)).toEqual(['image.tar']);
      const nowhere = await cli(['save', '-o', join(where, 'none', 'x.tar'), busyboxImage]);
      expect(nowhere).toMatchObject({ exitCode: 1 });
      expect(nowhere.stderr).toContain('OUTPUT_NOT_WRITTEN');
    });

    test('save and export do not write to a terminal', async () => {
      for (const line of [
        ['save', busyboxImage],
        ['export', 'any'],
      ]) {
        const { exit } = CliProcess.onTerminal(bench.socketPath, shellCommand(line));
        const { exitCode, stdout } = await exit;
        expect(exitCode).toBe(1);
        expect(stdout).toContain('OUTPUT_IS_TERMINAL');
      }
    });

    test('commit, diff, export, import, history: what a container has made becomes images', async () => {
      const where = await folder();
      const made = await bench.run(['-d'], 'sh', '-c', 'echo new > /new; exec sleep 600');
      const id = made.stdout.trim();
      expect((await cli(['diff', id])).stdout).toBe('A /new\n');
      forget('berth-test/committed:1');
      const committed = await cli([
        ...['commit', '-m', 'for a test', '-a', 'ann', '-c', 'CMD ["cat", "/new"]'],
        ...[id, 'berth-test/committed:1'],
      ]);
      expect(committed.stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
      const ran = await cli(['run', '--rm', '--network', 'none', 'berth-test/committed:1']);
      expect(ran.stdout).toBe('new\n');
      const history = await cli(['history', 'berth-test/committed:1']);
      expect(history.stdout).toMatch(/^IMAGE +CREATED +CREATED BY +SIZE +COMMENT\n/);
      expect(history.stdout).toMatch(/for a test\n/);

      const file = join(where, 'root.tar');
      expect(await cli(['export', '-o', file, id])).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await tar('-xOf', file, 'new')).toBe('new\n');
      forget('berth-test/imported:1');
      const change = ['-c', 'CMD ["/bin/cat", "/new"]', '-c', 'ENV A=b'];
      const imported = await cli([
        'import',
        ...change,
        '-m',
        'by hand',
        file,
        'berth-test/imported:1',
      ]);
      expect(imported.stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
      const again = await cli(['run', '--rm', '--network', 'none', 'berth-test/imported:1']);
      expect(again.stdout).toBe('new\n');
      const rows = await cli(['history', '--format', 'json', 'berth-test/imported:1']);
      expect(JSON.parse(rows.stdout)).toMatchObject({ Comment: 'by hand' });
    });

    test('import: what cannot be read is told', async () => {
      const missing = await cli(['import', join(bench.folder, 'no-such.tar')]);
      expect(missing).toMatchObject({ exitCode: 2 });
      expect(missing.stderr).toContain("OPTION_INVALID: file is '");
    });
  });

  describe('what there is', () => {
    test('image prune takes what has no name and nothing uses, after it has asked', async () => {
      await bench.run(['--name', 'changed'], 'touch', '/changed');
      const { stdout } = await cli(['commit', 'changed']);
      const id = stdout.trim();
      const listed = async (): Promise<boolean> =>
        (await cli(['images', '-q', '--no-trunc', '-f', 'dangling=true'])).stdout.includes(id);
      expect(await listed()).toBe(true);
      const asked = await cli(['image', 'prune'], { input: 'n\n' });
      expect(asked).toMatchObject({ exitCode: 0, stderr: 'image prune has been cancelled\n' });
      expect(asked.stdout).toContain('WARNING! This will remove all dangling images.');
      const nobody = await cli(['image', 'prune']);
      expect(nobody).toMatchObject({ exitCode: 2 });
      expect(nobody.stderr).toContain('--force');
      expect(await listed()).toBe(true);
      const pruned = await cli(['image', 'prune', '-f']);
      expect(pruned.stdout).toMatch(`Deleted Images:\n`);
      expect(pruned.stdout).toContain(`deleted: ${id}\n`);
      expect(pruned.stdout).toMatch(/\n\nTotal reclaimed space: [\d.]+k?B\n$/);
      expect(await listed()).toBe(false);
      expect(await idOf(busyboxImage)).not.toBe('');
    });

    test('system df: images and containers, short and with -v', async () => {
      await bench.run(['--name', 'counted'], 'true');
      const { stdout } = await cli(['system', 'df']);
      expect(stdout).toMatch(/^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\nImages +\d+ +1 +[\d.]+MB/);
      expect(stdout).toMatch(/\nContainers +1 +0 +/);
      const verbose = await cli(['system', 'df', '-v']);
      expect(verbose.stdout).toMatch(
        /Images space usage:\n\nREPOSITORY(?:.*\n)+berth-test\/busybox +1 .* 1\n/,
      );
      const rows = (await cli(['system', 'df', '--format', 'json'])).stdout.trim().split('\n');
      expect(JSON.parse(rows[1] ?? '')).toMatchObject({ Type: 'Containers', TotalCount: '1' });
    });

    test('images --tree: an image and its platforms', async () => {
      const tree = await cli(['images', '--tree', busyboxImage]);
      expect(tree.stdout).toMatch(
        /^IMAGE +ID +DISK USAGE +CONTENT SIZE +EXTRA\nberth-test\/busybox:1 +[0-9a-f]{12} +[\d.]+MB/,
      );
      expect((await cli(['image', 'tree', busyboxImage])).stdout).toBe(tree.stdout);
    });

    test('image: the same verbs as a group', async () => {
      expect((await cli(['image', 'ls', '-q'])).stdout).toBe((await cli(['images', '-q'])).stdout);
      expect((await cli(['image', 'inspect', busyboxImage])).stdout).toBe(
        (await cli(['inspect', busyboxImage])).stdout,
      );
      expect((await cli(['image', '--help'])).stdout).toMatch(/Verbs:\n +ls +List images\n/);
      expect(await cli(['image', 'nonsense'])).toMatchObject({ exitCode: 2 });
      const wrong = await cli(['image', 'ls', '--nonsense']);
      expect(wrong.stderr).toMatch(/USAGE: unknown option '--nonsense'\n.*"berth image ls --help"/);
    });
  });
}
