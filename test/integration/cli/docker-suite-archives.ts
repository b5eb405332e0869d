import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runChecked } from '../../lab/run-command.ts';
import type { DockerBench } from './docker-bench.ts';

/** `docker save`, `load`, `export`, `import`; skopeo is the other side. */
export function archivesSuite(bench: DockerBench): void {
  const { docker, must } = bench;
  const inFolder = async <T>(use: (folder: string) => Promise<T>): Promise<T> => {
    const folder = await mkdtemp(join(bench.folder, 'archives-'));
    try {
      return await use(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  const skopeo = (...args: readonly string[]): Promise<string> => runChecked(['skopeo', ...args]);
  const idOf = (name: string): Promise<string> => must('image', 'inspect', '-f', '{{.Id}}', name);

  describe('docker save and load', () => {
    test('an image comes back as it was, with its name', () =>
      inFolder(async (folder) => {
        const name = await bench.pull('one');
        const id = await idOf(name);
        const archive = join(folder, 'one.tar');
        expect(await must('save', '--output', archive, name)).toBe('');
        await must('rmi', name);
        expect(await must('load', '--input', archive)).toBe(`Loaded image: ${name}`);
        expect(await idOf(name)).toBe(id);
        expect(await must('load', '--quiet', '--input', archive)).toBe(`Loaded image: ${name}`);
        expect(await must('run', '--rm', '--network', 'none', name, 'cat', '/one/file')).toBe(
          'of one',
        );
      }));

    test('several images share their layers; skopeo reads each', () =>
      inFolder(async (folder) => {
        const [one, two] = [await bench.pull('one'), await bench.pull('two')];
        const archive = join(folder, 'both.tar');
        await must('save', '--output', archive, one, two);
        const files = (await runChecked(['tar', '-tf', archive])).split('\n');
        expect(files).toContain('manifest.json');
        for (const name of [one, two]) {
          const source = `docker-archive:${archive}:${name}`;
          const config = JSON.parse(await skopeo('inspect', '--config', source)) as {
            rootfs: { diff_ids: readonly string[] };
          };
          const layers = await must('image', 'inspect', '-f', '{{json .RootFS.Layers}}', name);
          expect(config.rootfs.diff_ids).toEqual(JSON.parse(layers));
          // A whole copy reads and checks every layer.
          await skopeo('copy', '--insecure-policy', source, `dir:${join(folder, 'copied')}`);
        }
        await must('rmi', one, two);
        expect((await must('load', '--input', archive)).split('\n').sort()).toEqual([
          `Loaded image: ${one}`,
          `Loaded image: ${two}`,
        ]);
      }));

    test('an id is saved without a name', () =>
      inFolder(async (folder) => {
        const name = await bench.pull('one');
        const id = await idOf(name);
        await must('save', '--output', join(folder, 'id.tar'), id);
        await must('rmi', name);
        expect(await must('load', '--input', join(folder, 'id.tar'))).toBe(
          `Loaded image ID: ${id}`,
        );
        expect(await must('images', '--no-trunc', '--quiet', '--filter', 'dangling=true')).toBe(id);
      }));

    test.each(['docker-archive', 'oci-archive'])('loads what skopeo wrote: %s', (transport) =>
      inFolder(async (folder) => {
        const archive = join(folder, 'skopeo.tar');
        const source = `oci:${bench.layout}:one`;
        const target = `${transport}:${archive}:suite/skopeo:1`;
        await skopeo('copy', '--insecure-policy', source, target);
        const loaded = await docker('load', '--input', archive);
        if (bench.engine === 'dockerd' && transport === 'oci-archive') {
          // dockerd 20.10 knows only its own kind of archive.
          expect(loaded.exitCode).toBe(1);
          return;
        }
        expect(loaded.stdout).toMatch(/^Loaded image: (docker\.io\/)?suite\/skopeo:1\n$/);
        expect(
          await must('run', '--rm', '--network', 'none', 'suite/skopeo:1', 'cat', '/one/file'),
        ).toBe('of one');
      }),
    );

    test('what is not there, and what is no archive', async () => {
      expect(
        await docker('save', '--output', join(bench.folder, 'none.tar'), 'none:1'),
      ).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/reference does not exist|No such image: none:1/) as unknown,
      });
      expect((await bench.feed('garbage', 'load')).exitCode).toBe(1);
      expect(await must('images', '-aq')).toBe('');
    });
  });

  describe('docker export and import', () => {
    test('a container becomes an image of one layer, with the changes that were asked for', () =>
      inFolder(async (folder) => {
        const name = await bench.pull('one');
        const archive = join(folder, 'exported.tar');
        await must('run', '--name', 'exported', '--network', 'none', name, 'touch', '/new');
        await must('export', '--output', archive, 'exported');
        const files = (await runChecked(['tar', '-tf', archive])).split('\n');
        expect(files).toEqual(expect.arrayContaining(['bin/busybox', 'one/file', 'new']));
        const changes = ['--change', 'CMD ["cat", "/one/file"]', '--change', 'ENV PATH=/bin A=b'];
        const more = ['--change', 'LABEL x=y', '--message', 'so it was'];
        const id = await must('import', ...changes, ...more, archive, 'suite/imported:1');
        expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
        const fields =
          '{{.Id}}|{{json .Config.Cmd}}|{{json .Config.Env}}|{{json .Config.Labels}}|{{.Comment}}|{{len .RootFS.Layers}}';
        expect(await must('image', 'inspect', '-f', fields, 'suite/imported:1')).toBe(
          `${id}|["cat","/one/file"]|["PATH=/bin","A=b"]|{"x":"y"}|so it was|1`,
        );
        expect(await must('run', '--rm', '--network', 'none', 'suite/imported:1')).toBe('of one');
      }));

    test('compressed archives, without a name, too', () =>
      inFolder(async (folder) => {
        const archive = join(folder, 'plain.tar');
        await runChecked(['tar', '-C', join(bench.layout, '../root'), '-cf', archive, 'one']);
        await runChecked(['gzip', archive]);
        const id = await must('import', `${archive}.gz`);
        expect(await must('images', '--quiet', '--no-trunc', '--filter', 'dangling=true')).toBe(id);
      }));

    test('refuses changes that mean nothing without a build', () =>
      inFolder(async (folder) => {
        const archive = join(folder, 'plain.tar');
        await runChecked(['tar', '-C', join(bench.layout, '../root'), '-cf', archive, 'one']);
        for (const [change, word] of [
          ['RUN true', 'run'],
          ['NONSENSE x', 'nonsense'],
        ] as const) {
          expect(await docker('import', '--change', change, archive)).toMatchObject({
            exitCode: 1,
            stderr: expect.stringMatching(
              new RegExp(`${word} is not a valid change command`, 'i'),
            ) as unknown,
          });
        }
        expect(await must('images', '-aq')).toBe('');
      }));
  });
}
