import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasDockerd, startDockerd } from '../cli/dockerd.ts';
import { OciMachine, type Said } from './oci-machine.ts';

const runtime = join(import.meta.dirname, '../../../scripts/berth-oci.sh');

describe.skipIf(!hasDockerd())('dockerd with berth as its runtime', () => {
  let machine: OciMachine;
  let dockerd: Awaited<ReturnType<typeof startDockerd>>;

  const docker = (...args: readonly string[]): Said => {
    const { status, stdout, stderr } = spawnSync('docker', args, {
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, DOCKER_HOST: `unix://${dockerd.socketPath}` },
    });
    return { status, stdout, stderr };
  };

  const ok = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = docker(...args);
    expect({ status, stderr }, args.join(' ')).toMatchObject({ status: 0 });
    return stdout;
  };

  beforeAll(async () => {
    machine = new OciMachine();
    dockerd = await startDockerd({
      runtimes: { berth: { path: runtime } },
      'default-runtime': 'berth',
    });
    const layer = spawnSync('tar', ['-C', machine.rootfs, '-c', '.'], { maxBuffer: 1e8 }).stdout;
    const env = { ...process.env, DOCKER_HOST: `unix://${dockerd.socketPath}` };
    spawnSync('docker', ['import', '-', 'box'], { input: layer, env });
  });
  afterAll(async () => {
    const left = docker('ps', '-aq').stdout.split('\n').filter(Boolean);
    if (left.length > 0) docker('rm', '-f', ...left);
    await dockerd.stop();
    machine.dispose();
  });

  const run = ['run', '--rm', '--network', 'none'] as const;

  it('runs programs, and gives their output and status', () => {
    expect(ok('info', '--format', '{{.DefaultRuntime}}')).toBe('berth\n');
    const said = docker(...run, 'box', 'sh', '-c', 'echo out; echo err >&2; exit 4');
    expect(said).toEqual({ status: 4, stdout: 'out\n', stderr: 'err\n' });
    expect(ok(...run, '-t', 'box', 'tty')).toBe('/dev/pts/0\r\n');
    expect(ok(...run, '--user', '5:6', '-w', '/x/y', 'box', 'sh', '-c', 'id -u; pwd')).toBe(
      '5\n/x/y\n',
    );
    const frozen = docker(...run, '--read-only', '--tmpfs', '/t', 'box', 'touch', '/t/x', '/x');
    expect(frozen.stderr).toContain('/x: Read-only file system');
  });

  it('knows why a program cannot be executed', () => {
    expect(docker(...run, 'box', 'nosuch').status).toBe(127);
    expect(docker(...run, 'box', '/nosuch').status).toBe(127);
    expect(docker(...run, 'box', '/bin').status).toBe(126);
  });

  it('does with a container all that it does with one of runc', () => {
    ok('run', '-d', '--name', 'long', '--network', 'none', 'box', 'sleep', '1000');
    const executed = docker('exec', 'long', 'sh', '-c', 'echo in; exit 3');
    expect(executed).toEqual({ status: 3, stdout: 'in\n', stderr: '' });
    expect(ok('exec', '-t', 'long', 'tty')).toBe('/dev/pts/0\r\n');
    expect(ok('top', 'long')).toContain('sleep 1000');
    ok('update', '--memory', '100m', '--memory-swap', '200m', 'long');
    expect(ok('stats', '--no-stream', '--format', '{{.PIDs}} {{.MemUsage}}', 'long')).toMatch(
      /^1 .* \/ 100MiB\n$/,
    );
    ok('pause', 'long');
    expect(ok('inspect', '--format', '{{.State.Status}}', 'long')).toBe('paused\n');
    ok('unpause', 'long');
    ok('restart', '-t', '0', 'long');
    ok('kill', 'long');
    expect(ok('inspect', '--format', '{{.State.ExitCode}}', 'long')).toBe('137\n');
    ok('start', 'long');
    ok('rm', '-f', 'long');
  });
});
