import { describe, expect, test } from 'vitest';
import type { DockerBench } from './docker-bench.ts';

/** `docker system df`, `docker search`, `docker distribution`. */
export function systemSuite(bench: DockerBench): void {
  const { docker, must } = bench;

  describe('docker system df', () => {
    test('counts shared layers once', async () => {
      const one = await bench.pull('one');
      await bench.pull('two');
      await must('create', '--network', 'none', one, 'true');
      const rows = (await must('system', 'df')).split('\n');
      expect(rows[0]).toMatch(/^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE$/);
      expect(rows[1]).toMatch(/^Images +2 +1 +1\.982MB +1\.982MB \(99%\)$/);
      expect(rows[2]).toMatch(/^Containers +1 +0 +0B +0B/);
      expect(rows.slice(3).map((row) => row.split(/ {2,}/)[0])).toEqual([
        'Local Volumes',
        'Build Cache',
      ]);
    });

    test('-v shows what each image shares, and who uses it', async () => {
      const one = await bench.pull('one');
      await bench.pull('two');
      await must('create', '--network', 'none', one, 'true');
      const images = (await must('system', 'df', '--verbose')).split('\n\n')[1] ?? '';
      const cells = new Map(
        images
          .split('\n')
          .slice(1)
          .map((row) => [row.split(/ +/)[0], row.split(/ {2,}/).slice(-4)]),
      );
      expect(cells.get(`${bench.registry}/suite/one`)).toEqual(['1.98MB', '1.982MB', '7B', '1']);
      expect(cells.get(`${bench.registry}/suite/two`)).toEqual(['1.98MB', '1.982MB', '7B', '0']);
    });
  });

  describe('docker search', () => {
    test('says that Docker Hub cannot be reached', async () => {
      expect(await docker('search', 'anything')).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(
          /^Error response from daemon: Get "https:\/\/index\.docker\.io\/v1\/search\?q=anything&n=25": /,
        ) as unknown,
      });
    });
  });
}
