import { describe, expect, test } from 'vitest';
import type { DockerBench } from './docker-bench.ts';
import { digestIn } from './docker-suite-pull.ts';

/** `docker images`, `image inspect`, `history`, `tag`. */
export function imagesSuite(bench: DockerBench): void {
  const { docker, must } = bench;
  const names = async (...filters: readonly string[]): Promise<readonly string[]> => {
    const options = filters.flatMap((filter) => ['--filter', filter]);
    const out = await must('images', ...options, '--format', '{{.Repository}}:{{.Tag}}');
    return out.split('\n').filter(Boolean).sort();
  };

  describe('docker images', () => {
    test('rows, digests, ids and formats; the newest first', async () => {
      const one = await bench.pull('one');
      await bench.pull('two');
      const digest = digestIn(bench.layout, 'one');
      const rows = (await must('images')).split('\n');
      expect(rows[0]).toMatch(/^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE$/);
      expect(rows[1]).toMatch(/\/suite\/two +1 +[0-9a-f]{12} +\d+ (?:months|years) ago +1\.98MB$/);
      expect(rows[2]).toMatch(/\/suite\/one +1 +[0-9a-f]{12} +\d+ (?:months|years) ago +1\.98MB$/);
      expect(await must('images', '--digests', '--format', '{{.Digest}}', one.slice(0, -2))).toBe(
        digest,
      );
      const id = await must('images', '-q', '--no-trunc', one);
      expect(id).toBe(await must('image', 'inspect', '-f', '{{.Id}}', one));
      expect(JSON.parse(await must('images', '--format', '{{json .}}', one))).toMatchObject({
        ID: id.slice('sha256:'.length).slice(0, 12),
        Tag: '1',
        Repository: `${bench.registry}/suite/one`,
      });
    });

    test('filters', async () => {
      const [one, two] = [await bench.pull('one'), await bench.pull('two')];
      expect(await names('label=suite')).toEqual([one, two]);
      expect(await names('label=suite=images', 'label=part=one')).toEqual([one]);
      expect(await names('label=part=other')).toEqual([]);
      expect(await names(`before=${two}`)).toEqual([one]);
      expect(await names(`since=${one}`)).toEqual([two]);
      expect(await names('reference=*/suite/t*:1')).toEqual([two]);
      expect(await names('reference=*/suite/*', 'reference=nothing')).toEqual([one, two]);
      expect(await must('images', '--format', '{{.Tag}}', `${bench.registry}/suite/o*`)).toBe('1');
      expect(await names('dangling=true')).toEqual([]);
      expect(await names('dangling=false')).toEqual([one, two]);
    });

    test('a dangling image has no name and is found by the filter', async () => {
      const [one, two] = [await bench.pull('one'), await bench.pull('two')];
      await must('tag', one, 'moving:1');
      await must('tag', two, 'moving:1');
      expect(await names('dangling=true')).toEqual([]);
      await must('rmi', one);
      await bench.pull('one');
      await must('tag', one, 'moving:2');
      await must('rmi', one);
      // Only its tag is left, which another image takes from it.
      await must('tag', two, 'moving:2');
      expect(await names('dangling=true')).toEqual(['<none>:<none>']);
      expect(await must('images', '-q', '--filter', 'dangling=true')).toMatch(/^[0-9a-f]{12}$/);
    });

    test.each([
      ['nonsense=1', /[Ii]nvalid filter 'nonsense/],
      ['dangling=x', /[Ii]nvalid filter 'dangling/],
      ['before=nothing:1', /[Nn]o such image: nothing:1/],
    ])('refuses the filter %s', async (filter, message) => {
      expect(await docker('images', '--filter', filter)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(message) as unknown,
      });
    });
  });

  describe('docker image inspect, history, tag', () => {
    test('inspect shows names, configuration and layers', async () => {
      const name = await bench.pull('one');
      const [seen] = JSON.parse(await must('image', 'inspect', name)) as readonly unknown[];
      expect(seen).toMatchObject({
        Id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
        RepoTags: [name],
        RepoDigests: [`${bench.registry}/suite/one@${digestIn(bench.layout, 'one')}`],
        Created: '2026-01-01T00:00:00Z',
        Architecture: process.arch === 'x64' ? 'amd64' : 'arm64',
        Os: 'linux',
        Config: {
          Env: ['PATH=/bin'],
          Cmd: ['/bin/sh'],
          Labels: { suite: 'images', part: 'one' },
        },
        RootFS: { Type: 'layers', Layers: [expect.anything(), expect.anything()] },
      });
      expect((seen as { Size: number }).Size).toBeGreaterThan(1_900_000);
    });

    test('inspect of what is not there', async () => {
      expect(await docker('image', 'inspect', 'none')).toMatchObject({
        exitCode: 1,
        stdout: '[]\n',
        stderr: expect.stringMatching(/[Nn]o such image: none/) as unknown,
      });
    });

    test('history has a line for each layer, the newest first', async () => {
      const name = await bench.pull('one');
      const rows = (
        await must('history', '--format', '{{.ID}}|{{.CreatedBy}}|{{.Size}}', name)
      ).split('\n');
      expect(rows).toEqual([
        expect.stringMatching(/^[0-9a-f]{12}\|layer 2\|7B$/),
        '<missing>|layer 1|1.98MB',
      ]);
      expect(await docker('history', 'none')).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('No such image: none') as unknown,
      });
    });

    test('tag gives a name more, and moves it', async () => {
      const [one, two] = [await bench.pull('one'), await bench.pull('two')];
      const idOf = (name: string): Promise<string> =>
        must('image', 'inspect', '-f', '{{.Id}}', name);
      await must('tag', one, 'mine');
      expect(await idOf('mine:latest')).toBe(await idOf(one));
      await must('tag', (await idOf(two)).slice('sha256:'.length).slice(0, 12), 'mine');
      expect(await idOf('docker.io/library/mine')).toBe(await idOf(two));
      expect(await docker('tag', 'none', 'mine')).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('No such image: none') as unknown,
      });
    });
  });
}
