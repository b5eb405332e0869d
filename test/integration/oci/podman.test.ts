import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OciMachine, type Said } from './oci-machine.ts';

const runtime = join(import.meta.dirname, '../../../scripts/berth-oci.sh');
const hasPodman = spawnSync('podman', ['--version']).status === 0;

describe.skipIf(!hasPodman)('podman with berth as its runtime', () => {
  let machine: OciMachine;

  /** Podman on folders of its own. */
  const podman = (...args: readonly string[]): Said => {
    const folder = (name: string): string => join(machine.folder, 'podman', name);
    const places = ['--root', folder('storage'), '--runroot', folder('run')];
    const how = ['--cgroup-manager', 'cgroupfs', '--events-backend', 'file', '--runtime', runtime];
    const { status, stdout, stderr } = spawnSync(
      'podman',
      [...places, '--tmpdir', folder('tmp'), '--storage-driver', 'vfs', ...how, ...args],
      { encoding: 'utf8', timeout: 60_000 },
    );
    return { status, stdout, stderr };
  };

  const ok = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = podman(...args);
    expect({ status, stderr }, args.join(' ')).toMatchObject({ status: 0 });
    return stdout;
  };

  const box = (...args: readonly string[]): readonly string[] => [
    ...['run', '--network', 'none', ...args, '--rootfs', machine.rootfs],
  ];

  beforeAll(() => {
    machine = new OciMachine();
  });
  afterAll(() => {
    podman('rm', '--all', '--force');
    machine.dispose();
  });

  it('runs programs, and gives their output and status', () => {
    const said = podman(...box('--rm'), 'sh', '-c', 'echo out; exit 4');
    expect(said).toMatchObject({ status: 4, stdout: 'out\n' });
    expect(ok(...box('--rm', '-t'), 'tty')).toBe('/dev/pts/0\r\n');
  });

  it('knows why a program cannot be executed', () => {
    expect(podman(...box('--rm'), 'nosuch').status).toBe(127);
    expect(podman(...box('--rm'), '/bin').status).toBe(126);
  });

  it('does with a container all that it does with one of runc', () => {
    ok(...box('-d', '--name', 'long'), 'sleep', '1000');
    expect(podman('exec', 'long', 'sh', '-c', 'echo in; exit 3')).toMatchObject({
      status: 3,
      stdout: 'in\n',
    });
    expect(ok('exec', '-t', 'long', 'tty')).toBe('/dev/pts/0\r\n');
    expect(podman('exec', 'long', 'nosuch').status).toBe(127);
    ok('pause', 'long');
    expect(ok('inspect', '--format', '{{.State.Status}}', 'long')).toBe('paused\n');
    ok('unpause', 'long');
    expect(ok('top', 'long')).toContain('sleep 1000');
    ok('stop', '-t', '0', 'long');
    ok('start', 'long');
    ok('kill', 'long');
    ok('rm', '-f', 'long');
  });
});
