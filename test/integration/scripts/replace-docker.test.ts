import { globSync } from 'node:fs';
import { readFile, rmdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { busyboxArchive, busyboxImage } from '../cli/busybox-archive.ts';
import { hasDockerd } from '../cli/dockerd.ts';
import { makePrivateHost, type PrivateHost } from './support/private-host.ts';

/*
 * The real dockerd on a host of its own, started by hand because there is no systemd here: with an image, a volume and a
 * container that runs.
 */
const cgroupsOfDocker = (): readonly string[] => globSync('/sys/fs/cgroup/*/docker');
const quietly = [
  ...['--bridge', 'none', '--iptables=false', '--ip6tables=false', '--ip-forward=false'],
];
const start = `exec dockerd --host unix:///run/docker.sock ${quietly.join(' ')} 2>&1`;
const up = ['up', '--skip', 'sysctl.forward=not a test of it', '--no-smoke-test', '--yes'] as const;

let host: PrivateHost;
let daemon: ReturnType<PrivateHost['start']>;
let cgroups: readonly string[];

const docker = async (...argv: readonly string[]): Promise<string> => {
  const ended = await host.start(['docker', '-H', 'unix:///run/docker.sock', ...argv]).ended;
  expect(ended).toMatchObject({ exitCode: 0 });
  return ended.stdout.trim();
};
const onBerth = async (...argv: readonly string[]): Promise<string> => {
  const ended = await host.berth(...argv);
  expect(ended).toMatchObject({ exitCode: 0 });
  return ended.stdout.trim();
};
const pidOfDockerd = async (): Promise<number> =>
  Number(await readFile(host.path('/run/docker.pid'), 'utf8'));

beforeEach(async () => {
  cgroups = cgroupsOfDocker();
  host = await makePrivateHost();
  daemon = host.start(['sh', '-c', start]);
  await daemon.printed('API listen on');
  await writeFile(host.path('/run/busybox.tar'), await busyboxArchive());
  await docker('load', '--input', '/run/busybox.tar');
  await docker('volume', 'create', 'letters');
  const write = 'echo dear > /v/letter; ls -l /v/letter; sleep 1000';
  await docker(
    'run',
    '-d',
    '--network',
    'none',
    '--volume',
    'letters:/v',
    '--name',
    'writer',
    busyboxImage,
    'sh',
    '-c',
    write,
  );
});
afterEach(async () => {
  await host.berth('down', '--purge', '--yes');
  if (daemon.process.exitCode === null) {
    process.kill(await pidOfDockerd(), 'SIGTERM');
    await daemon.ended;
  }
  for (const path of cgroupsOfDocker()) if (!cgroups.includes(path)) await rmdir(path);
  await host.remove();
});

test.runIf(hasDockerd())('a Docker with a running container is shown and left alone', async () => {
  const said = await onBerth(...up);
  expect(said).toMatch(
    /Docker from packages \(docker\.io [^)]+\) runs; it holds 1 container \(1 running\), 1 image, 1 volume, [\d.]+ .?B in \/var\/lib\/docker; it stays as it is/,
  );
  expect(await docker('ps', '--format', '{{.Names}} {{.State}}')).toBe('writer running');
  await onBerth('down', '--purge', '--yes');
  expect(await docker('ps', '--format', '{{.Names}} {{.State}}')).toBe('writer running');
});

test.runIf(hasDockerd())(
  '--replace-docker stops it, takes over images and volumes, and keeps its data',
  async () => {
    const said = await onBerth(
      ...up,
      '--docker-socket',
      '--replace-docker',
      '--import-docker',
      'images,volumes',
    );
    await daemon.ended;
    expect(said).toContain('1 image imported');
    expect(said).toContain('volume "letters" imported');
    expect(said).toContain('it is stopped; its data stays where it is');
    const letter = '/volumes/letters/_data/letter';
    expect(await readFile(host.path(`/var/lib/berth${letter}`), 'utf8')).toBe('dear\n');
    expect(await readFile(host.path(`/var/lib/docker${letter}`), 'utf8')).toBe('dear\n');
    // It is berth that answers at Docker's socket now, with Docker's image.
    expect(await docker('version', '--format', '{{.Server.Version}}')).not.toMatch(/^20/);
    expect(await docker('run', '--rm', '--network', 'none', busyboxImage, 'echo', 'hello')).toBe(
      'hello',
    );
    // Nothing more to do, and nothing is taken over twice.
    expect(
      await onBerth(
        ...up,
        '--docker-socket',
        '--replace-docker',
        '--import-docker',
        'images,volumes',
      ),
    ).not.toContain('imported');

    const undone = await onBerth('down', '--purge', '--yes');
    expect(undone).toContain(
      'dockerd had been started by hand; start it again with: dockerd --host',
    );
    expect(undone).toContain('then what ran in it: docker start writer');
    daemon = host.start(['sh', '-c', start]);
    await daemon.printed('API listen on');
    expect(await docker('ps', '--all', '--format', '{{.Names}}')).toBe('writer');
  },
);
