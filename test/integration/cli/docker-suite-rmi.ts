import { describe, expect, test } from 'vitest';
import type { DockerBench } from './docker-bench.ts';
import { digestIn } from './docker-suite-pull.ts';

/** `docker rmi` and its refusals, `docker image prune`. */
export function rmiSuite(bench: DockerBench): void {
  const { docker, must } = bench;
  const idOf = (name: string): Promise<string> => must('image', 'inspect', '-f', '{{.Id}}', name);
  const short = (id: string): string => id.slice('sha256:'.length).slice(0, 12);

  describe('docker rmi', () => {
    test('the last name takes the image and its layers along', async () => {
      const name = await bench.pull('one');
      const id = await idOf(name);
      await must('tag', name, 'mine:1');
      expect(await must('rmi', 'mine:1')).toBe('Untagged: mine:1');
      const lines = (await must('rmi', name)).split('\n');
      expect(lines.slice(0, 3)).toEqual([
        `Untagged: ${name}`,
        `Untagged: ${bench.registry}/suite/one@${digestIn(bench.layout, 'one')}`,
        `Deleted: ${id}`,
      ]);
      expect(lines.slice(3)).toHaveLength(2);
      for (const line of lines.slice(3)) expect(line).toMatch(/^Deleted: sha256:[0-9a-f]{64}$/);
    });

    test('leaves layers that another image has', async () => {
      const [one, two] = [await bench.pull('one'), await bench.pull('two')];
      expect((await must('rmi', one)).match(/^Deleted: /gm)).toHaveLength(2);
      expect(await must('run', '--rm', '--network', 'none', two, 'cat', '/two/file')).toBe(
        'of two',
      );
    });

    test('what is not there; the others go on', async () => {
      const name = await bench.pull('one');
      expect(await docker('rmi', 'none:1', name)).toMatchObject({
        exitCode: 1,
        stdout: expect.stringContaining(`Untagged: ${name}\n`) as unknown,
        stderr: expect.stringMatching(/No such image: none:1/) as unknown,
      });
    });

    test('an id with names in several repositories must be forced', async () => {
      const name = await bench.pull('one');
      const id = await idOf(name);
      await must('tag', name, 'mine:1');
      await must('tag', name, `${bench.registry}/suite/one:2`);
      expect(await docker('rmi', short(id))).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining(
          `conflict: unable to delete ${short(id)} (must be forced) - image is referenced in multiple repositories`,
        ) as unknown,
      });
      const lines = (await must('rmi', '--force', short(id))).split('\n');
      expect(lines.filter((line) => line.startsWith('Untagged: ')).sort()).toEqual(
        [
          `Untagged: ${name}`,
          `Untagged: ${bench.registry}/suite/one:2`,
          `Untagged: ${bench.registry}/suite/one@${digestIn(bench.layout, 'one')}`,
          'Untagged: mine:1',
        ].sort(),
      );
      expect(lines).toContain(`Deleted: ${id}`);
    });

    test('the last name of an image that a stopped container uses must be forced', async () => {
      const name = await bench.pull('one');
      const id = await idOf(name);
      const container = await must('create', '--network', 'none', name, 'true');
      const conflict = (what: string): object => ({
        exitCode: 1,
        stderr: expect.stringContaining(what) as unknown,
      });
      expect(await docker('rmi', name)).toMatchObject(
        conflict(
          `conflict: unable to remove repository reference "${name}" (must force) - container ${container.slice(0, 12)} is using its referenced image ${short(id)}`,
        ),
      );
      expect(await docker('rmi', short(id))).toMatchObject(
        conflict(
          `conflict: unable to delete ${short(id)} (must be forced) - image is being used by stopped container ${container.slice(0, 12)}`,
        ),
      );
      // One name of two may go.
      await must('tag', name, 'mine:1');
      expect(await must('rmi', 'mine:1')).toBe('Untagged: mine:1');
      expect(await must('rmi', '--force', name)).toContain(`Untagged: ${name}`);
    });

    test('an image that a running container uses stays, even forced; its name does not', async () => {
      const name = await bench.pull('one');
      const id = await idOf(name);
      const container = await must('run', '-d', '--network', 'none', name, 'sleep', '100');
      expect(await docker('rmi', name)).toMatchObject({ exitCode: 1 });
      for (const force of [[], ['--force']]) {
        expect(await docker('rmi', ...force, short(id))).toMatchObject({
          exitCode: 1,
          stderr: expect.stringContaining(
            `conflict: unable to delete ${short(id)} (cannot be forced) - image is being used by running container ${container.slice(0, 12)}`,
          ) as unknown,
        });
      }
      const forced = await must('rmi', '--force', name);
      expect(forced).toContain(`Untagged: ${name}`);
      expect(forced).not.toContain('Deleted: ');
      expect(await must('images', '-q', '--no-trunc', '--filter', 'dangling=true')).toBe(id);
      await must('rm', '--force', container);
    });
  });

  describe('docker image prune', () => {
    test('takes dangling images only; with -a all that no container uses', async () => {
      const [one, two] = [await bench.pull('one'), await bench.pull('two')];
      await must('create', '--network', 'none', one, 'true');
      expect(await must('image', 'prune', '--force')).toBe('Total reclaimed space: 0B');
      const id = await idOf(two);
      const pruned = await must('image', 'prune', '--all', '--force');
      expect(pruned).toMatch(/^Deleted Images:\n/);
      expect(pruned).toContain(`untagged: ${two}\n`);
      expect(pruned).toContain(`deleted: ${id}\n`);
      expect(pruned).toMatch(/\nTotal reclaimed space: [1-9]\d*k?B$/);
      expect(await must('images', '--format', '{{.Repository}}:{{.Tag}}')).toBe(one);
    });

    test('--filter chooses', async () => {
      const [one, two] = [await bench.pull('one'), await bench.pull('two')];
      await must('image', 'prune', '--all', '--force', '--filter', 'label=part=one');
      expect(await must('images', '--format', '{{.Repository}}:{{.Tag}}')).toBe(two);
      await bench.pull('one');
      await must('image', 'prune', '--all', '--force', '--filter', 'label!=part=one');
      expect(await must('images', '--format', '{{.Repository}}:{{.Tag}}')).toBe(one);
      await must('image', 'prune', '--all', '--force', '--filter', 'until=2020-01-01');
      expect(await must('images', '--format', '{{.Repository}}:{{.Tag}}')).toBe(one);
      await must('image', 'prune', '--all', '--force', '--filter', 'until=2026-01-02');
      expect(await must('images', '--quiet')).toBe('');
    });
  });
}
