import { expect, test } from 'vitest';
import type { ClientBench } from './client-bench.ts';

/** Volumes: the verbs of the group, and containers with them. */
export function volumeSuite(bench: ClientBench): void {
  test('volume: create, ls, inspect, rm', async () => {
    expect(await bench.cli(['volume', 'create', '--label', 'team=web', 'one'])).toEqual({
      exitCode: 0,
      stdout: 'one\n',
      stderr: '',
    });
    const nameless = (await bench.cli(['volume', 'create'])).stdout.trim();
    expect(nameless).toMatch(/^[0-9a-f]{64}$/);
    const list = await bench.cli(['volume', 'ls', '-f', 'label=team']);
    expect(list.stdout).toMatch(/^DRIVER {4}VOLUME NAME\nlocal {5}one\n$/);
    const row = JSON.parse(
      (await bench.cli(['volume', 'ls', '--format', 'json', '-f', 'name=one'])).stdout,
    ) as object;
    expect(row).toMatchObject({ Driver: 'local', Labels: 'team=web', Name: 'one', Scope: 'local' });
    const shown = JSON.parse((await bench.cli(['volume', 'inspect', 'one'])).stdout) as object[];
    expect(shown).toMatchObject([{ Name: 'one', Labels: { team: 'web' }, Driver: 'local' }]);
    expect((await bench.cli(['inspect', 'one'])).exitCode).toBe(0);
    expect(await bench.cli(['volume', 'rm', 'one', nameless])).toMatchObject({
      exitCode: 0,
      stdout: `one\n${nameless}\n`,
    });
    const missing = await bench.cli(['volume', 'rm', 'one']);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain('no such volume');
    expect((await bench.cli(['volume', 'rm', '--force', 'one'])).exitCode).toBe(0);
  });

  test('volume prune: what no container has; and run with volumes', async () => {
    const write = ['sh', '-c', 'echo kept > /data/file'];
    await bench.run(['--rm', '-v', 'named:/data'], ...write);
    await bench.run(['--name', 'lender', '-v', '/data'], ...write);
    const lent = await bench.run(['--rm', '--volumes-from', 'lender:ro'], 'cat', '/data/file');
    expect(lent.stdout).toBe('kept\n');
    const mount = 'type=volume,source=named,target=/x,readonly,volume-nocopy';
    expect((await bench.run(['--rm', '--mount', mount], 'cat', '/x/file')).stdout).toBe('kept\n');
    await bench.cli(['rm', 'lender']);
    // Old engines take those with a name as well.
    await bench.run(['--name', 'user', '-v', 'named:/data'], 'true');
    const asked = await bench.cli(['volume', 'prune'], { input: 'n\n' });
    expect(asked.exitCode === 0 || asked.stderr.includes('--force')).toBe(true);
    expect((await bench.cli(['volume', 'prune', '--force'])).stdout).toMatch(
      /^Deleted Volumes:\n[0-9a-f]{64}\n\nTotal reclaimed space: 5B\n$/,
    );
    expect((await bench.cli(['volume', 'ls', '-q'])).stdout).toBe('named\n');
    await bench.cli(['rm', 'user']);
    expect((await bench.cli(['volume', 'rm', 'named'])).stdout).toBe('named\n');
  });
}
