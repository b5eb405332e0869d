import { globSync } from 'node:fs';
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { busyboxArchive, busyboxImage } from '../cli/busybox-archive.ts';
import { hasDockerd } from '../cli/dockerd.ts';
import { initScript, runOpenrc } from './support/openrc-host.ts';
import { makePrivateHost, type PrivateHost } from './support/private-host.ts';
import { until } from './support/until.ts';

/* The real dockerd as a service of the real OpenRC, on a host of its own. */
const dockerScript = `#!/sbin/openrc-run
supervisor=supervise-daemon
command=/usr/sbin/dockerd
command_args="--host unix:///run/docker.sock --bridge none --iptables=false --ip6tables=false --ip-forward=false"
output_log=/var/log/dockerd.log
error_log=/var/log/dockerd.log
retry=TERM/60
`;
const up = ['up', '--skip', 'sysctl.forward=not a test of it', '--no-smoke-test', '--yes'] as const;
const cgroupsOfDocker = (): readonly string[] => globSync('/sys/fs/cgroup/*/docker');
const slowMs = 240_000;

let host: PrivateHost;
let cgroups: readonly string[];

async function must(...argv: readonly [string, ...string[]]): Promise<string> {
  const { exitCode, stdout, stderr } = await host.start(argv).ended;
  expect({ argv, exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return stdout.trim();
}
const docker = (...argv: readonly string[]): Promise<string> =>
  must('docker', '-H', 'unix:///run/docker.sock', ...argv);
/** A container that runs until it is told to end. */
const run = (name: string, ...options: readonly string[]): Promise<string> => {
  const command = ['sh', '-c', 'trap exit TERM; while :; do sleep 0.1; done'];
  const network = options.includes('--network') ? [] : ['--network', 'none'];
  return docker('run', '-d', '--name', name, ...network, ...options, busyboxImage, ...command);
};
const running = async (): Promise<readonly string[]> =>
  (await docker('ps', '--format', '{{.Names}}')).split('\n').sort();

beforeEach(async () => {
  cgroups = cgroupsOfDocker();
  host = await makePrivateHost();
  await runOpenrc(host);
  await initScript(host, 'docker', dockerScript);
  await must('rc-update', 'add', 'docker', 'default');
  await must('rc-service', 'docker', 'start');
  await until('dockerd', async () => {
    const asked = await host.start(['docker', '-H', 'unix:///run/docker.sock', 'version']).ended;
    return asked.exitCode === 0 ? true : undefined;
  });
  await writeFile(host.path('/run/busybox.tar'), await busyboxArchive());
  await docker('load', '--input', '/run/busybox.tar');
});
afterEach(async () => {
  await host.berth('down', '--purge', '--yes');
  await host.start(['rc-service', 'docker', 'stop']).ended;
  for (const path of cgroupsOfDocker()) if (!cgroups.includes(path)) await rmdir(path);
  await host.remove();
}, slowMs);

test.runIf(hasDockerd())(
  'after down the containers run again that ran before, and no others',
  async () => {
    await mkdir(host.path('/var/will-be-gone'));
    await run('plain');
    await run('guest', '--network', 'container:plain');
    await run('restarting', '--restart', 'always');
    await run('broken', '--mount', 'type=bind,source=/var/will-be-gone,target=/x');
    await run('idle');
    await docker('stop', '--time', '5', 'idle');
    expect(await running()).toEqual(['broken', 'guest', 'plain', 'restarting']);

    expect(await host.berth(...up, '--replace-docker')).toMatchObject({ exitCode: 0 });
    expect((await host.start(['rc-service', 'docker', 'status']).ended).exitCode).not.toBe(0);
    await rm(host.path('/var/will-be-gone'), { recursive: true });

    const down = await host.berth('down', '--purge', '--yes');
    expect(down).toMatchObject({ exitCode: 0 });
    expect(down.stdout).toMatch(/containers that ran before do not: "broken" \(.*will-be-gone/);
    expect(await running()).toEqual(['guest', 'plain', 'restarting']);
    expect(await must('ls', '/etc/runlevels/default')).toBe('docker');
  },
  slowMs,
);
